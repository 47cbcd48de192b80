"""Settings as fields: several values, switches, headings, names that no field can have, and what must be given."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import Any

import pytest

from emotag_service.settings import ConfigError, about, add_options, given_options, given_values, read_settings
from emotag_service.values import not_empty, whole_number, yes_or_no


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """Has one setting of each kind."""

    place: str = field(metadata=about(not_empty, "where, 100% needed", metavar="P"))
    counts: tuple[int, ...] = field(default=(), metadata=about(whole_number(0), "how many", many=True, group="numbers"))
    loud: bool = field(default=False, metadata=about(yes_or_no, "say more", switch=True))
    from_: str = field(default="start", metadata=about(not_empty, "where to begin", name="from", group="numbers"))
    apart: str = "not a setting"


def _options(*arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_options(parser, _Kind)
    return vars(parser.parse_args(arguments))


def _read(*arguments: str, **environment: str) -> _Kind:
    return read_settings(_Kind, _options(*arguments), environment)


def test_everything_by_option() -> None:
    read = _read("--place", "here", "--counts", "1", "--counts", "2", "--loud", "--from", "end")
    assert read == _Kind(place="here", counts=(1, 2), loud=True, from_="end")


def test_everything_by_variable() -> None:
    read = _read(EMOTAG_PLACE="here", EMOTAG_COUNTS="1, 2,", EMOTAG_LOUD="true", EMOTAG_FROM="end")
    assert read == _Kind(place="here", counts=(1, 2), loud=True, from_="end")


def test_an_option_replaces_all_that_a_variable_lists() -> None:
    assert _read("--place", "x", "--counts", "3", EMOTAG_COUNTS="1,2").counts == (3,)


def test_what_must_be_given_is_named() -> None:
    with pytest.raises(ConfigError, match=r"--place is missing; give it, or set \$EMOTAG_PLACE"):
        _read()
    with pytest.raises(ConfigError, match="--place is missing"):
        _read(EMOTAG_PLACE="")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"EMOTAG_LOUD": "perhaps"}, r"\$EMOTAG_LOUD: must be yes or no, not 'perhaps'"),
        ({"EMOTAG_COUNTS": "1,two"}, r"\$EMOTAG_COUNTS: must be a whole number, not 'two'"),
    ],
)
def test_bad_variables(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        _read("--place", "x", **environment)


def test_a_bad_value_among_many() -> None:
    with pytest.raises(ConfigError, match="--counts: must be at least 0, not '-1'"):
        _read("--place", "x", "--counts=1", "--counts=-1")


def test_only_what_was_given() -> None:
    assert given_values(_Kind, _options("--place", "x"), {}) == {"place": "x"}


def test_help_has_headings_defaults_and_percent_signs() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, _Kind)
    text = " ".join(parser.format_help().split())
    assert "numbers: --counts X how many (default: none) [$EMOTAG_COUNTS]" in text
    assert "--from X where to begin (default: start) [$EMOTAG_FROM]" in text
    assert "--place P where, 100% needed [$EMOTAG_PLACE]" in text
    assert "--loud say more (default: no) [$EMOTAG_LOUD]" in text
    assert "apart" not in text


@pytest.mark.parametrize(
    "made", [_Kind(place="-here"), _Kind(place="here", counts=(1, 2), loud=True, from_="the end")], ids=str
)
def test_a_configuration_can_be_handed_to_another_process(made: _Kind) -> None:
    assert _read(*given_options(made)) == made
