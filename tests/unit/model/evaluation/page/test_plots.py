"""Plots are PNG files that show something, for few and for many labels."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from emotag_model.evaluation.page.plots import confusion_png, f1_png, reliability_png
from tests.unit.model.evaluation.page.outcomes import make_outcome

PLOTS = (confusion_png, reliability_png, f1_png)


def draw(count, labels=("a", "b")):
    random = np.random.default_rng(0)
    truth = np.eye(len(labels), dtype=bool)[random.integers(len(labels), size=count)]
    return make_outcome(random.random((count, len(labels))), truth, labels)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("labels", [("a", "b"), tuple(f"label {k}" for k in range(28))])
def test_there_is_something_to_see(plot, labels):
    image = imread(io.BytesIO(plot(draw(200, labels))), format="png")
    assert min(image.shape[:2]) > 150
    assert len(np.unique(image[..., 0])) > 10


def test_many_labels_need_more_room():
    few, many = (
        imread(io.BytesIO(confusion_png(draw(50, labels))), format="png")
        for labels in (("a", "b"), tuple(f"label {k}" for k in range(28)))
    )
    assert many.shape[0] > 1.5 * few.shape[0]


@pytest.mark.parametrize("plot", PLOTS)
def test_the_figures_show(plot):
    assert plot(draw(200)) != plot(draw(20))


@pytest.mark.parametrize("plot", PLOTS)
def test_one_message(plot):
    assert plot(draw(1)).startswith(b"\x89PNG")
