"""How tags look."""

from __future__ import annotations

import io
import os

import pytest

from emotag import InvalidArgumentError, Tag
from emotag.cli.paint import Paint
from tests.unit.cli.terminal import Terminal

JOY = Tag("i", "joy", 0.914, ("joy",))


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 20)))


def test_columns_line_up() -> None:
    paint = Paint(io.StringIO())
    tags = [JOY, Tag("i", "disappointment", 0.3, uncertain=True), Tag("i", error=InvalidArgumentError("no"))]
    assert {paint.line(tag, "|").find("|") for tag in tags[:2]} == {22}
    assert paint.line(tags[2], "|").find("INVALID") == 22
    assert "0.30?" in paint.line(tags[1], "|")


def test_colour_on_a_terminal() -> None:
    assert Paint(Terminal()).emotion(JOY).startswith("\033[33mjoy")
    assert Paint(io.StringIO()).emotion(JOY).startswith("joy")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_when_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert "\033" not in Paint(Terminal()).emotion(JOY)


def test_long_texts_are_cut_on_a_terminal_alone() -> None:
    text = "word " * 50
    assert Paint(io.StringIO()).message(text) == text
    shown = Paint(Terminal()).message(text, used=22)
    assert len(shown) == 60 - 22
    assert shown.endswith("…")


def test_texts_can_not_move_the_cursor() -> None:
    assert Paint(io.StringIO()).message("a\nb\033[2Jc\rd\x00") == "a b [2Jc d "


def test_an_unknown_label_has_no_colour() -> None:
    assert "\033" not in Paint(Terminal()).emotion(Tag("i", "mauve", 0.5))
