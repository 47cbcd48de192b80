"""Accuracy against training time, a point per architecture. Needs matplotlib, which the extra `train` brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from emotag_model.baselines.architectures.comparison import Comparison

SUFFIXES = (".svg", ".png")
_COLOURS = {None: "tab:gray", "lstm": "tab:blue", "gru": "tab:green", "sru": "tab:red"}
_MARKERS = {(False, False): "o", (True, False): "s", (True, True): "D"}  # by CNN channel and attention


def draw_architectures(path: Path, rows: Sequence[Comparison]) -> None:
    """Write each taxonomy's plot, bars of a standard deviation each way, as what the suffix of `path` says."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and only the end of the command draws
    from matplotlib.figure import Figure  # noqa: PLC0415 - ditto

    figure = Figure(figsize=(14, 4.5), layout="constrained")
    for axes, (taxonomy, title) in zip(
        figure.subplots(1, 3), ((BASIC, "basic"), (EKMAN, "Ekman"), (GOEMOTIONS, "28 labels")), strict=True
    ):
        _draw(axes, taxonomy, rows)
        axes.set(xlabel="CPU seconds to the best epoch", ylabel=f"macro-F1 on dev, {title}")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".svg":
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "emotag"}):  # the same of the same figures
            figure.savefig(path, metadata={"Date": None})
    else:
        figure.savefig(path, dpi=110)


def _draw(axes: Axes, taxonomy: str, rows: Sequence[Comparison]) -> None:
    for row in rows:
        seconds, macro_f1, parts = row.seconds_to_best, row.macro_f1[taxonomy], row.architecture
        axes.errorbar(
            seconds.mean,
            macro_f1.mean,
            xerr=seconds.deviation,
            yerr=macro_f1.deviation,
            color=_COLOURS[parts.recurrence],
            marker=_MARKERS[parts.conv, parts.attention],
            markerfacecolor=None if parts.converter else "white",
            capsize=2,
            label=parts.title,
        )
