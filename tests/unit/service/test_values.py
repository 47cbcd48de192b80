"""Parsers of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotag_service.values import not_empty, one_of, origin, path, seconds, some_seconds, whole_number, yes_or_no


def test_one_of_takes_its_words_alone() -> None:
    parse = one_of("a", "b")
    assert parse("a") == "a"
    with pytest.raises(ValueError, match="one of a, b"):
        parse("A")


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("10", 10), (" 7 ", 7), ("1_000", 1000)])
def test_whole_numbers(text: str, expected: int) -> None:
    assert whole_number(0, 1000)(text) == expected


@pytest.mark.parametrize("text", ["", "1.0", "ten", "0x10", "²"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        whole_number(0)(text)


@pytest.mark.parametrize("text", ["-1", "11"])
def test_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="from 0 to 10"):
        whole_number(0, 10)(text)


@pytest.mark.parametrize(("text", "expected"), [("0", 0.0), ("1.5", 1.5), ("1e2", 100.0)])
def test_seconds(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "-0.1", "nan", "inf", "1s"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="seconds"):
        seconds(text)


def test_texts_and_paths_say_something() -> None:
    assert not_empty("x") == "x"
    assert path("a/b") == Path("a/b")
    for parse in (not_empty, path):
        with pytest.raises(ValueError, match="empty"):
            parse("  ")


def test_some_seconds_are_more_than_none() -> None:
    assert some_seconds("0.1") == 0.1
    for text in ("0", "0.0"):
        with pytest.raises(ValueError, match="more than 0"):
            some_seconds(text)
    with pytest.raises(ValueError, match="number of seconds"):
        some_seconds("soon")


@pytest.mark.parametrize(
    ("text", "expected"), [("yes", True), (" TRUE ", True), ("1", True), ("off", False), ("No", False)]
)
def test_switches(text: str, expected: bool) -> None:
    assert yes_or_no(text) is expected


@pytest.mark.parametrize("text", ["", "y", "2", "maybe"])
def test_what_is_no_switch(text: str) -> None:
    with pytest.raises(ValueError, match="yes or no"):
        yes_or_no(text)


@pytest.mark.parametrize("text", ["https://app.example", "http://localhost:3000"])
def test_origins(text: str) -> None:
    assert origin(text) == text


@pytest.mark.parametrize("text", ["app.example", "*", "https://App.example", "https://app.example/", "null", "file://"])
def test_what_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match="must be SCHEME://HOST"):
        origin(text)
