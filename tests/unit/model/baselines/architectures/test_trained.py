"""What is kept of a training comes back, and what it says of time is up to its best epoch."""

import json

import pytest

from emotag_model.baselines.architectures.trained import Trained
from emotag_model.text.examples import Example
from emotag_model.training.data import TrainingData
from emotag_model.training.errors import TrainingError
from tests.unit.model.baselines.architectures.trainings import make_trained
from tests.unit.model.training.datafolder import tiny_settings


def data(messages=2_400, digest="d"):
    return TrainingData([Example("a", (0,), "f:1")] * messages, [], [], [], [], None, 0, 0, digest)


def test_time_to_the_best_epoch():
    trained = make_trained()
    assert (trained.best.epoch, trained.seconds_to_best, trained.seconds_per_epoch) == (2, 5.0, 3.0)
    assert make_trained(scores=(0.5, 0.5, 0.4)).seconds_to_best == 2.0, "the earliest of equals"


def test_a_file_brings_it_back(tmp_path):
    path = tmp_path / "new" / "cnn.json"
    make_trained(settings=tiny_settings().to_dict()).save(path)
    trained = Trained.load(path)
    assert trained == make_trained(settings=tiny_settings().to_dict())
    trained.check_same(tiny_settings(), data(), path)
    assert [each.name for each in path.parent.iterdir()] == ["cnn.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"history": [1]}', '{"history": []}'])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "cnn.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"cnn\.json: damaged .*; delete it to train again"):
        Trained.load(path)


def test_a_file_lacking_a_field_is_damaged(tmp_path):
    path = tmp_path / "cnn.json"
    content = make_trained().to_dict()
    del content["seconds"]
    path.write_text(json.dumps(content))
    with pytest.raises(TrainingError, match=r"damaged .*seconds"):
        Trained.load(path)


def test_other_settings_or_data_are_refused(tmp_path):
    trained, path = make_trained(settings=tiny_settings(epochs=4).to_dict()), tmp_path / "cnn.json"
    with pytest.raises(TrainingError, match=r"cnn\.json: of other settings: epochs 4 → 3; use those, or another --out"):
        trained.check_same(tiny_settings(), data(), path)
    with pytest.raises(TrainingError, match=r"cnn\.json: of other data .* than --data has now; use another --out"):
        trained.check_same(tiny_settings(epochs=4), data(digest="e"), path)
    with pytest.raises(TrainingError, match=r"cnn\.json: of other --messages: 2,400 → 10; use those, or another --out"):
        trained.check_same(tiny_settings(epochs=4), data(10), path)
