"""Draws how a run went, and what came of it, into its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.page.plots import confusion_png, f1_png, reliability_png

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.training.state import EpochFigures


def draw_plots(folder: Path, history: Sequence[EpochFigures], outcomes: Sequence[Outcome]) -> None:
    """Write `curves.png`, and per taxonomy `confusion-`, `reliability-` and `f1-NAME.png`; all or what fails raises."""
    _draw_curves(folder / "curves.png", history)
    for outcome in outcomes:
        for name, draw in (("confusion", confusion_png), ("reliability", reliability_png), ("f1", f1_png)):
            (folder / f"{name}-{outcome.name}.png").write_bytes(draw(outcome))


def _draw_curves(path: Path, history: Sequence[EpochFigures]) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and only the end of a run draws

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [each.epoch for each in history]
    left.plot(epochs, [each.loss for each in history], marker="o")
    left.set(xlabel="epoch", ylabel="training loss")
    right.plot(epochs, [each.basic_macro_f1 for each in history], marker="o", label="basic")
    right.plot(epochs, [each.ekman_macro_f1 for each in history], marker="o", label="Ekman")
    right.plot(epochs, [each.goemotions_macro_f1 for each in history], marker="o", label="GoEmotions")
    right.set(xlabel="epoch", ylabel="macro-F1 on dev")
    right.legend()
    figure.savefig(path, dpi=110)
