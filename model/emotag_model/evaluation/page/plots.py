"""Plots of an outcome as PNG files in memory. They need matplotlib, which the extra `train` brings."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from emotag_model.evaluation.page.views import confusion, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from emotag_model.evaluation.outcome import Outcome

_MOST_NUMBERS = 12  # labels on a side up to which each cell of a confusion matrix says its share


def confusion_png(outcome: Outcome) -> bytes:
    """Draw the shares of tags per true label, over messages with one true label."""
    shares, labels = confusion(outcome).shares, outcome.labels
    figure, axes = _figure(size := 2.5 + 0.32 * max(len(labels), 8), size)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="tag", ylabel="truth")
    if len(labels) <= _MOST_NUMBERS:
        _write_shares(axes, shares.tolist())
    return _png(figure)


def reliability_png(outcome: Outcome) -> bytes:
    """Draw the share of right tags over their score, the diagonal being perfect, and how many there are."""
    bins = reliability(outcome)
    figure, axes = _figure(5, 4)
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="perfect")
    axes.plot([each.score for each in bins], [each.right for each in bins], marker="o", label=outcome.name)
    axes.set(xlabel="score of the tag", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    counts = axes.twinx()
    counts.bar([each.score for each in bins], [each.messages for each in bins], width=0.04, alpha=0.2)
    counts.set_ylabel("messages")
    axes.legend(loc="upper left")
    return _png(figure)


def f1_png(outcome: Outcome) -> bytes:
    """Draw each label's F1, highest first, with its number of true messages."""
    right, given, true = outcome.tally.sum(axis=0)
    f1 = (2 * right / (given + true).clip(min=1)).tolist()
    order = sorted(range(len(f1)), key=lambda k: f1[k])
    figure, axes = _figure(6, 1.2 + 0.25 * len(f1))
    axes.barh([f"{outcome.labels[k]} ({true[k]:,})" for k in order], [f1[k] for k in order])
    axes.set(xlabel="F1", xlim=(0, 1))
    return _png(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and only reports draw

    figure = Figure(figsize=(width, height), layout="constrained")  # no pyplot: no display, nothing to close
    return figure, figure.subplots()


def _write_shares(axes: Axes, shares: list[list[float]]) -> None:
    for row, cells in enumerate(shares):
        for column, share in enumerate(cells):
            colour = "white" if share > 0.5 else "black"
            axes.text(column, row, f"{share:.2f}", ha="center", va="center", color=colour, fontsize=8)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()
