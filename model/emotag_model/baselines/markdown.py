"""The figures as Markdown tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.document import table
from emotag_model.labels import EKMAN, GOEMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.baselines.figures import Figures
    from emotag_model.evaluation.bootstrap import Interval

_NOTE = """\
GoEmotions dev; 95 % intervals by bootstrap over messages. "Held out": the same where calibration and thresholds were
fitted to the other half of dev. ECE: of the Ekman score that tags carry. Messages/s: from text to logits, a
second of one core's time, batches of 64 dev messages, all systems in turn in one process."""


def tables(figures: Sequence[Figures]) -> str:
    """Return the table of all systems and, where other data sets were at hand, that of their zero-shot figures."""
    parts = [table(_own_head(), [_own_row(each) for each in figures]), _NOTE]
    if figures[0].transfer:
        parts += [table(_transfer_head(figures), _transfer_rows(figures)), _transfer_note(figures)]
    return "\n\n".join(parts)


def _own_head() -> list[str]:
    return ["system", "28 labels macro-F1", "held out", "Ekman macro-F1", "held out", "ECE", "messages/s"]


def _own_row(row: Figures) -> list[str]:
    cells = [row.system]
    for name in (GOEMOTIONS, EKMAN):
        cells += [_interval(row.macro_f1[name]), f"{row.held_out[name]:.3f}"]
    return [*cells, f"{row.calibration_error:.3f}", f"{row.messages_per_second:,.0f}"]


def _transfer_head(figures: Sequence[Figures]) -> list[str]:
    return ["data set", *(each.system for each in figures)]


def _transfer_rows(figures: Sequence[Figures]) -> list[list[str]]:
    rows = []
    for name, first in figures[0].transfer.items():
        rows.append([f"{name}, macro-F1", *(_interval(each.transfer[name].macro_f1) for each in figures)])
        if first.headline != "macro-F1":
            cells = [f"{each.transfer[name].headline_value.value:.3f}" for each in figures]
            rows.append([f"{name}, {first.headline}", *cells])
    return rows


def _transfer_note(figures: Sequence[Figures]) -> str:
    return f"Zero-shot on {len(figures[0].transfer)} data sets, through the mappings of `evaluation/label_sets.py`."


def _interval(figure: Interval) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
