"""Settings that cannot work are refused by name, and changed ones are told apart."""

import json

import pytest

from emotag_model.training.errors import TrainingError
from emotag_model.training.settings import TrainingSettings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("cycle_epochs", -1),
        ("patience", 0),
        ("threads", -1),
        ("batch_size", 0),
        ("glove_words", 0),
        ("max_tokens", 0),
        ("train_tokens", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("embedding_rate", -1.0),
        ("vector_scale", float("inf")),
        ("average_decay", 1.0),
        ("coarse_weight", -1.0),
        ("basic_weight", -1.0),
        ("weight_decay", -1.0),
        ("seed", -1),
    ],
)
def test_what_cannot_work_is_named(field, value):
    with pytest.raises(TrainingError, match=rf"{field} is {value}; it must"):
        TrainingSettings(**{field: value})


def test_the_same_settings_do_not_differ_after_json():
    settings = TrainingSettings(conv_channels=(8, 4))
    assert settings.differences(json.loads(json.dumps(settings.to_dict()))) == []


def test_differences_are_named():
    stored = TrainingSettings(seed=1, dropout=0.5).to_dict()
    assert TrainingSettings(seed=2, dropout=0.5).differences(stored) == ["seed 1 → 2"]
    del stored["epochs"]
    assert TrainingSettings(seed=1, dropout=0.5, epochs=4).differences(stored) == ["epochs None → 4"]
