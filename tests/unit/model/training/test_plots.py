"""Plots are drawn into the run's folder, one set per taxonomy."""

import numpy as np

from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.training.plots import draw_plots
from emotag_model.training.state import EpochFigures

HISTORY = [EpochFigures(1, 0.9, 0.3, 0.3, 0.2), EpochFigures(2, 0.6, 0.4, 0.5, 0.4)]
PNG = b"\x89PNG\r\n"


def test_every_plot_is_written(tmp_path):
    random = np.random.default_rng(0)
    logits = random.standard_normal((40, len(OUTPUTS))).astype(np.float32)
    truth = (random.random((40, len(OUTPUTS))) < 0.1).astype(np.float32)
    outcomes = [taxonomy_outcome(each, logits, truth, MACRO) for each in default_labels().taxonomies.values()]
    draw_plots(tmp_path, HISTORY, outcomes)
    kinds = {f"{kind}-{each.name}.png" for each in outcomes for kind in ("confusion", "reliability", "f1")}
    assert {path.name for path in tmp_path.iterdir()} == {"curves.png", *kinds}
    assert all(path.read_bytes().startswith(PNG) for path in tmp_path.iterdir())
