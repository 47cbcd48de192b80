"""The config: published defaults, errors that name the field, and its form as JSON."""

import json
from typing import Any

import pytest

from emotag_model.network.config import CnnBiSruConfig


def test_defaults_are_the_published_sizes() -> None:
    config = CnnBiSruConfig()
    assert (config.vocabulary_size, config.embedding_size, config.label_count) == (10_000, 300, 6)
    assert (config.conv_channels, config.kernel_size) == ((128, 64), 3)
    assert (config.sru_size, config.sru_layers, config.attention_heads) == (64, 1, 8)
    assert config.fusion_size == 256


def test_fusion_follows_the_sizes() -> None:
    assert CnnBiSruConfig(conv_channels=(10, 7), sru_size=5, attention_heads=2).fusion_size == 7 + 10 + 5


@pytest.mark.parametrize(
    "field",
    ["vocabulary_size", "embedding_size", "label_count", "kernel_size", "sru_size", "sru_layers", "attention_heads"],
)
@pytest.mark.parametrize("value", [0, -3, 1.0, True, "8", None])
def test_a_count_must_be_a_positive_integer(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be a positive integer, got "):
        CnnBiSruConfig(**{field: value})


@pytest.mark.parametrize("field", ["dropout", "embedding_dropout", "word_dropout"])
@pytest.mark.parametrize("value", [-0.1, 1, 1.5, float("nan"), True, "0.1", None])
def test_a_rate_must_lie_in_the_half_open_unit_interval(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be a number in \[0, 1\), got "):
        CnnBiSruConfig(**{field: value})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"vocabulary_size": 1}, "vocabulary_size must be at least 2"),
        ({"kernel_size": 4}, "kernel_size must be odd, got 4"),
        ({"attention_heads": 7}, "attention_heads must divide 2 \\* sru_size = 128, got 7"),
        ({"conv_channels": ()}, "conv_channels must name at least one convolution"),
        ({"conv_channels": (64, 0)}, r"conv_channels\[1\] must be a positive integer, got 0"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CnnBiSruConfig(**values)


def test_a_dictionary_survives_json() -> None:
    config = CnnBiSruConfig(conv_channels=(32, 16, 8), dropout=0, word_dropout=0.05)
    assert CnnBiSruConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_an_unknown_or_missing_key_is_named() -> None:
    values = CnnBiSruConfig().to_dict()
    with pytest.raises(ValueError, match=r"unknown network fields \['gru_size'\]: remove them"):
        CnnBiSruConfig.from_dict({**values, "gru_size": 1})
    del values["sru_size"]
    with pytest.raises(ValueError, match=r"missing network fields \['sru_size'\]: add them"):
        CnnBiSruConfig.from_dict(values)


@pytest.mark.parametrize("channels", [64, "64", None, {"0": 64}])
def test_channels_that_are_no_list_are_refused(channels: object) -> None:
    with pytest.raises(ValueError, match="conv_channels must be a list of positive integers"):
        CnnBiSruConfig.from_dict({**CnnBiSruConfig().to_dict(), "conv_channels": channels})


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CnnBiSruConfig().sru_size = 3  # type: ignore[misc]
