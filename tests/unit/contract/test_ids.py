"""Made ids never repeat; the window refuses exactly what the contract says."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.contract.limits import RepeatWindow, make_id, shorten, too_long


def test_made_ids_are_unique_and_within_the_limit() -> None:
    made = [make_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert not any(too_long(identifier) for identifier in made)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("", False),
        ("a" * 256, False),
        ("a" * 257, True),
        ("é" * 128, False),
        ("é" * 129, True),
        ("😀" * 64, False),
        ("😀" * 65, True),
    ],
)
def test_length_is_counted_in_bytes(identifier: str, expected: bool) -> None:
    assert too_long(identifier) is expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=600))
def test_a_shortened_id_is_a_prefix_that_fits(identifier: str) -> None:
    short = shorten(identifier)
    assert identifier.startswith(short)
    assert not too_long(short)
    assert too_long(identifier) or short == identifier


def test_a_repeat_is_refused_until_the_window_has_passed() -> None:
    window = RepeatWindow(3)
    assert [window.repeats(name) for name in "abca"] == [False, False, False, True]
    window = RepeatWindow(3)
    assert [window.repeats(name) for name in "abcda"] == [False, False, False, False, False]


def test_a_repeat_counts_as_sent_itself() -> None:
    window = RepeatWindow(2)
    assert [window.repeats(name) for name in "aabac"] == [False, True, False, True, False]
    assert window.repeats("a")


@given(st.lists(st.sampled_from("abcdefg"), max_size=60), st.integers(1, 6))
def test_it_agrees_with_the_plain_definition(names: list[str], size: int) -> None:
    window, plain = RepeatWindow(size), deque[str](maxlen=size)
    for name in names:
        assert window.repeats(name) is (name in plain)
        plain.append(name)


def test_memory_is_bounded() -> None:
    window = RepeatWindow(8)
    for number in range(1000):
        window.repeats(str(number))
    assert len(window._recent) == len(window._last_sent) == 8
