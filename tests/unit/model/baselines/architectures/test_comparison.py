"""Figures of an architecture are means over its own trainings, with their deviation."""

import json

import pytest

from emotag_model.baselines.architectures.architecture import find
from emotag_model.baselines.architectures.comparison import Spread, compare
from tests.unit.model.baselines.architectures.trainings import make_trained

TRAININGS = [
    make_trained("cnn", 1),
    make_trained("bisru", 1, scores=(0.1, 0.2, 0.3)),
    make_trained("cnn", 2, scores=(0.7, 0.1, 0.2), seconds=(3.0, 3.0, 3.0)),
]


def test_each_has_its_own_trainings():
    cnn, bisru = compare(find(["cnn", "bisru"]), TRAININGS, [100.0, 50.0])
    assert (cnn.macro_f1["ekman"].mean, cnn.macro_f1["ekman"].deviation) == pytest.approx((0.6, 0.02**0.5))
    assert cnn.macro_f1["goemotions"].mean == pytest.approx(0.5)
    assert cnn.held_out["ekman"].mean == pytest.approx(0.58)
    assert (cnn.seconds_per_epoch.mean, cnn.seconds_to_best.mean) == (3.0, 4.0)
    assert bisru.macro_f1["ekman"] == Spread(0.3, None)
    assert (cnn.messages_per_second, bisru.messages_per_second) == (100.0, 50.0)


def test_shown_with_its_deviation_if_there_is_one():
    assert Spread.of([0.5, 0.7]).shown(".4f") == "0.6000 ± 0.1414"
    assert Spread.of([0.5]).shown(".4f") == "0.5000"


def test_json_has_every_training():
    cnn, _ = compare(find(["cnn", "bisru"]), TRAININGS, [100.0, 50.0])
    found = json.loads(json.dumps(cnn.to_dict()))
    assert (found["architecture"], found["messages_per_second"]) == ("cnn", 100.0)
    assert [each["seed"] for each in found["trainings"]] == [1, 2]
    assert found["trainings"][0]["history"][1]["ekman_macro_f1"] == 0.5
