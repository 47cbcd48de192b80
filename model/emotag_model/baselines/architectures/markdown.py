"""The comparison of architectures as a Markdown table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.document import table
from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.baselines.architectures.comparison import Comparison

_HEAD = (
    "architecture",
    "basic macro-F1",
    "Ekman macro-F1",
    "28 labels macro-F1",
    "basic held out",
    "Ekman held out",
    "28 labels held out",
    "s per epoch",
    "s to best epoch",
    "messages/s",
    "parameters",
    "beside words",
)


def architecture_table(rows: Sequence[Comparison]) -> str:
    """Return a line per architecture, and what the columns mean."""
    return f"{table(_HEAD, [_cells(each) for each in rows])}\n\n{_note(rows)}"


def _cells(row: Comparison) -> list[str]:
    accuracies = [
        found[name].shown(".4f") for found in (row.macro_f1, row.held_out) for name in (BASIC, EKMAN, GOEMOTIONS)
    ]
    first = row.trainings[0]
    return [
        row.architecture.title,
        *accuracies,
        row.seconds_per_epoch.shown(".1f"),
        row.seconds_to_best.shown(".0f"),
        f"{row.messages_per_second:,.0f}",
        f"{first.parameters:,}",
        f"{first.parameters_beside_words:,}",
    ]


def _note(rows: Sequence[Comparison]) -> str:
    trainings = rows[0].trainings
    seeds = "one seed" if len(trainings) == 1 else f"mean ± standard deviation over {len(trainings)} seeds"
    epochs = f"{len(trainings[0].history)} epochs of {trainings[0].messages:,} messages"
    return f"""\
Agents' dev (basic) and GoEmotions dev, best of {epochs} of GoEmotions and all of agents; {seeds}.
"Held out": the same where thresholds were fitted to the other half of dev. Seconds are CPU time of the process on one
thread, in training alone, since machines are shared. Messages/s: from token ids to logits in plain PyTorch, a second
of one core's time, batches of 64 dev messages, all architectures in turn in one process. Parameters: all, and without
the vectors of the words."""
