from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.printing import as_plain, as_words, printable


@pytest.mark.parametrize(
    ("content", "plain"),
    [(None, None), (b"", ""), ("ü\n".encode(), "ü\n"), (b"\xff\x00", {"base64": "/wA="})],
)
def test_for_programs(content, plain):
    assert as_plain(content) == plain


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "null"), (b"", ""), ("é 🎉".encode(), "é 🎉"), (b"a\nb\x1b[2J", r"a\nb\x1b[2J"), (b"\xff", r"\xff")],
)
def test_for_people(content, words):
    assert as_words(content) == words


@given(st.text())
def test_nothing_commands_a_terminal(text):
    assert printable(text).isprintable()
    assert text.isprintable() == (printable(text) == text)
