"""Rates are of every architecture, over dev's messages as they are encoded."""

from emotag_model.baselines.architectures import speed
from emotag_model.baselines.architectures.architecture import find
from emotag_model.baselines.architectures.course import Course
from tests.unit.model.training.datafolder import tiny_settings

TWO = find(["cnn", "cnn-bisru"])


def test_each_has_a_rate(data):
    rates = speed.architecture_rates(Course.prepare(data, tiny_settings()), TWO, 0.01)
    assert len(rates) == 2
    assert min(rates) > 0


def test_the_networks_read_what_dev_says(data, monkeypatch):
    course = Course.prepare(data, tiny_settings())
    monkeypatch.setattr(speed, "rates", lambda systems, examples, seconds: [each.logits(examples) for each in systems])
    found = speed.architecture_rates(course, TWO, 1.0)
    assert [each.shape for each in found] == [(60, 35)] * 2
    assert len({row.tobytes() for row in found[0].round(4)}) > 20, "messages differ"
