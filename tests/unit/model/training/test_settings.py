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
        ("seed", 2**48),
        ("max_tokens", 2**20 + 1),
    ],
)
def test_what_cannot_work_is_named(field, value):
    with pytest.raises(TrainingError, match=rf"{field} is {value}; it must"):
        TrainingSettings(**{field: value})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("attention_heads", 7, r"attention_heads must divide 2 \* sru_size = 128, got 7"),
        ("dropout", 1.5, r"dropout must be a number in \[0, 1\), got 1.5"),
        ("word_dropout", -0.1, "word_dropout must be"),
        ("conv_channels", (), "conv_channels must name at least one"),
        ("conv_channels", (8, 0), r"conv_channels\[1\] must be a positive integer"),
        ("sru_layers", 0, "sru_layers must be a positive integer"),
    ],
)
def test_sizes_of_no_network_are_named_at_once(field, value, said):
    with pytest.raises(TrainingError, match=f"the network cannot be built: {said}"):
        TrainingSettings(**{field: value})


def test_a_network_has_the_sizes_of_its_settings():
    config = TrainingSettings(conv_channels=(8, 4), sru_size=6, attention_heads=3).network(50, 20)
    assert (config.vocabulary_size, config.embedding_size, config.label_count) == (50, 20, 35)
    assert (config.conv_channels, config.sru_size, config.attention_heads) == ((8, 4), 6, 3)


def test_the_same_settings_do_not_differ_after_json():
    settings = TrainingSettings(conv_channels=(8, 4))
    assert settings.differences(json.loads(json.dumps(settings.to_dict()))) == []


def test_differences_are_named():
    stored = TrainingSettings(seed=1, dropout=0.5).to_dict()
    assert TrainingSettings(seed=2, dropout=0.5).differences(stored) == ["seed 1 → 2"]
    del stored["epochs"]
    assert TrainingSettings(seed=1, dropout=0.5, epochs=4).differences(stored) == ["epochs None → 4"]
