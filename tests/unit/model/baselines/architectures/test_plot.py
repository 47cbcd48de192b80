"""The plot shows every architecture, the same of the same figures."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from emotag_model.baselines.architectures.architecture import ARCHITECTURES
from emotag_model.baselines.architectures.comparison import compare
from emotag_model.baselines.architectures.plot import draw_architectures
from tests.unit.model.baselines.architectures.trainings import make_trained


def rows(seeds=(1, 2), shift=0.0):
    trainings = [
        make_trained(each.name, seed, scores=(0.3, 0.4 + place / 50 + seed / 100 + shift))
        for place, each in enumerate(ARCHITECTURES)
        for seed in seeds
    ]
    return compare(ARCHITECTURES, trainings, [1.0] * len(ARCHITECTURES))


def test_svg_names_all_and_changes_only_with_the_figures(tmp_path):
    texts = []
    for name, shift in (("a", 0.0), ("b", 0.0), ("c", 0.1)):
        path = tmp_path / "new" / f"{name}.svg"
        draw_architectures(path, rows(shift=shift))
        texts.append(path.read_text(encoding="utf-8"))
    assert texts[0] == texts[1] != texts[2]
    assert all(texts[0].count(f">{each.title}<") == 1 for each in ARCHITECTURES)
    assert "macro-F1 on dev, 28 labels" in texts[0]


@pytest.mark.parametrize("seeds", [(1,), (1, 2)])
def test_png_shows_something(tmp_path, seeds):
    draw_architectures(tmp_path / "a.png", rows(seeds))
    image = imread(io.BytesIO((tmp_path / "a.png").read_bytes()), format="png")
    assert min(image.shape[:2]) > 300
    assert len(np.unique(image[..., 0])) > 10
