"""Settings as fields: where they are given, what wins, several values, switches, headings, and what must be given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emotag_service.settings import ConfigError, about, given_options, given_values, make_settings
from emotag_service.values import not_empty, whole_number, yes_or_no
from tests.unit.service.arguments import parsed, parser


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """Has one setting of each kind."""

    place: str = field(metadata=about(not_empty, "where, 100% needed", metavar="P"))
    counts: tuple[int, ...] = field(default=(), metadata=about(whole_number(0), "how many", many=True, group="numbers"))
    loud: bool = field(default=False, metadata=about(yes_or_no, "say more", switch=True))
    shown: bool = field(default=True, metadata=about(yes_or_no, "show it"))
    from_: str = field(default="start", metadata=about(not_empty, "where to begin", name="from", group="numbers"))
    apart: str = "not a setting"


def _read(*arguments: str, **environment: str) -> _Kind:
    return make_settings(_Kind, parsed(_Kind, arguments, environment))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "emotag.toml"
    path.write_text(
        '[serve]\nplace = "there"\ncounts = [4, 5]\nloud = true\nshown = false\nfrom = "end"\n[tag-topic]\ninput = "a"\n',
        encoding="utf-8",
    )
    return path


def test_everything_by_option() -> None:
    read = _read("--place", "here", "--counts", "1", "--counts", "2", "--loud", "--from", "end")
    assert read == _Kind(place="here", counts=(1, 2), loud=True, from_="end")


def test_everything_by_variable() -> None:
    read = _read(EMOTAG_PLACE="here", EMOTAG_COUNTS="1, 2,", EMOTAG_LOUD="true", EMOTAG_FROM="end", EMOTAG_SHOWN="no")
    assert read == _Kind(place="here", counts=(1, 2), loud=True, from_="end", shown=False)


@pytest.mark.parametrize("by", ["option", "variable"])
def test_everything_by_file(file: Path, by: str) -> None:
    read = _read("--config", str(file)) if by == "option" else _read(EMOTAG_CONFIG=str(file))
    assert read == _Kind(place="there", counts=(4, 5), loud=True, shown=False, from_="end")


def test_an_option_wins_over_a_variable_which_wins_over_the_file(file: Path) -> None:
    arguments = parsed(
        _Kind,
        ("--config", str(file), "--place", "option"),
        {"EMOTAG_PLACE": "variable", "EMOTAG_COUNTS": "6", "EMOTAG_LOUD": "no"},
    )
    read = make_settings(_Kind, arguments)
    assert read == _Kind(place="option", counts=(6,), loud=False, shown=False, from_="end")
    assert arguments.sources["counts"] == "$EMOTAG_COUNTS"
    assert arguments.sources["from"] == f"{file}: from"
    assert "place" not in arguments.sources


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
        ({"EMOTAG_LOUD": "perhaps"}, "EMOTAG_LOUD: 'perhaps'. Expecting 'true'"),
        ({"EMOTAG_SHOWN": "perhaps"}, r"\$EMOTAG_SHOWN: must be yes or no, not 'perhaps'"),
        ({"EMOTAG_COUNTS": "1,two"}, r"\$EMOTAG_COUNTS: must be a whole number, not 'two'"),
        ({"EMOTAG_CONFIG": "/nowhere.toml"}, "/nowhere.toml.*No such file"),
    ],
)
def test_bad_variables(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        _read("--place", "x", **environment)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[serve]\ncounts = [-1]\n", r"{file}: counts: must be at least 0, not '-1'"),
        ('[serve]\nshown = "perhaps"\n', r"{file}: shown: must be yes or no, not 'perhaps'"),
        ("[serve]\nplaces = 1\n", "{file}: places: there is no such setting; emotag serve --help"),
        ("[server]\nplace = 1\n", r"{file}: server: there is no such table; settings stand under \[serve\]"),
        ("place = 1\n", "{file}: place: there is no such table"),
        ("serve = 1\n", r"{file}: serve: must be a table, as in \[serve\]"),
        ("[serve.place]\nx = 1\n", "{file}: place: must be a value, not a table"),
        ("[serve\n", "{file}: is no TOML: .*line 1"),
        ("[serve]\nplace = [1, 2]\n", "--config: place: must be one value, not a list"),
        ("[serve]\nloud = [true]\n", "--config: loud: must be one value, not a list"),
    ],
)
def test_bad_files(file: Path, text: str, words: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words.format(file=file)):
        _read("--place=x", f"--config={file}") if "place" not in text else _read(f"--config={file}")


def test_bytes_are_no_file_of_settings(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is no TOML"):
        _read(f"--config={file}")


def test_a_bad_value_among_many() -> None:
    with pytest.raises(ConfigError, match="--counts: must be at least 0, not '-1'"):
        _read("--place", "x", "--counts=1", "--counts=-1")


def test_an_unknown_option_and_a_shortened_one() -> None:
    for unknown in ("--plaza", "--pla"):
        with pytest.raises(ConfigError, match=f"unrecognized arguments: {unknown}"):
            _read("--place=x", unknown)


def test_only_what_was_given() -> None:
    assert given_values(_Kind, parsed(_Kind, ["--place", "x"])) == {"place": "x"}


def test_help_has_headings_defaults_and_percent_signs() -> None:
    text = " ".join(parser(_Kind).format_help().split())
    assert "numbers: --counts X how many (default: none) [$EMOTAG_COUNTS]" in text
    assert "--from X where to begin (default: start) [$EMOTAG_FROM]" in text
    assert "--place P where, 100% needed [$EMOTAG_PLACE]" in text
    assert "--loud say more (default: no) [$EMOTAG_LOUD]" in text
    assert "--config F TOML file of settings" in text
    assert "apart" not in text


@pytest.mark.parametrize(
    "made", [_Kind(place="-here"), _Kind(place="here", counts=(1, 2), loud=True, from_="the end")], ids=str
)
def test_a_configuration_can_be_handed_to_another_process(made: _Kind) -> None:
    assert _read(*given_options(made)) == made
