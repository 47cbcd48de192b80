"""Which architectures there are, and which parts each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

RECURRENCES = ("sru", "lstm", "gru")


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """One kind of network.

    Attributes:
        name: What it is called on the command line and on disk.
        title: What people call it.
        recurrence: Of its recurrent channel, one of `RECURRENCES`; None: it has no such channel.
        conv: Whether it has the CNN channel.
        attention: Whether the recurrent channel is read by attention; if not, by the mean of its states.
        converter: Whether the recurrent channel is read by the maximum-pooling converter as well.
    """

    name: str
    title: str
    recurrence: str | None = None
    conv: bool = False
    attention: bool = False
    converter: bool = True


ARCHITECTURES = (
    Architecture(name="cnn", title="CNN", conv=True),
    Architecture(name="bilstm", title="BiLSTM", recurrence="lstm"),
    Architecture(name="bigru", title="BiGRU", recurrence="gru"),
    Architecture(name="bisru", title="BiSRU", recurrence="sru"),
    Architecture(name="cnn-bilstm", title="CNN-BiLSTM", recurrence="lstm", conv=True),
    Architecture(name="cnn-bigru", title="CNN-BiGRU", recurrence="gru", conv=True),
    Architecture(name="no-attention", title="CNN-BiSRU without attention", recurrence="sru", conv=True),
    Architecture(
        name="no-converter",
        title="CNN-BiSRU without converter",
        recurrence="sru",
        conv=True,
        attention=True,
        converter=False,
    ),
    Architecture(name="cnn-bisru", title="CNN-BiSRU", recurrence="sru", conv=True, attention=True),
)
"""What went before, then the network that ships and what it is without one of its parts."""

NAMES = tuple(each.name for each in ARCHITECTURES)


def find(names: Sequence[str]) -> list[Architecture]:
    """Return the architectures of these names, in the order of the table.

    Raises TrainingError for an unknown one, and for none at all.
    """
    if not names:
        raise TrainingError(
            f"--only names nothing; with --architectures it must name one or more of {', '.join(NAMES)}"
        )
    if unknown := [name for name in names if name not in NAMES]:
        raise TrainingError(f"--only is {unknown[0]!r}; with --architectures it must be of {', '.join(NAMES)}")
    return [each for each in ARCHITECTURES if each.name in names]
