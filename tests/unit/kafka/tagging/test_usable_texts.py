from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.tagging.tag_engine import measure, usable_name
from emotag_service.messages.untaggable import Fault


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_is_measured_in_bytes_of_utf_8(text):
    size = len(text.encode())
    assert measure(text, size) == size
    assert measure(text, size - 1) == Fault("TEXT_TOO_LONG", f"text: has {size:,} bytes, the engine takes {size - 1:,}")


def test_nothing_is_no_text():
    assert measure("", 10) == Fault("NO_TEXT", "text: is empty")


@pytest.mark.parametrize("text", ["\ud800", "hi \udfff there", "\udc80" * 20])
def test_half_a_pair_is_no_character(text):
    found = measure(text, 10)
    assert isinstance(found, Fault)
    assert found.reason == "WRONG_ENCODING"


@pytest.mark.parametrize("name", ["", "ann", "ä" * 128, "x" * 256])
def test_names_that_engines_take(name):
    assert usable_name(name) == name


@pytest.mark.parametrize("name", ["x" * 257, "ä" * 129, "\ud800", "ann\udfff"])
def test_names_that_no_engine_takes_are_left_out(name):
    assert usable_name(name) == ""
