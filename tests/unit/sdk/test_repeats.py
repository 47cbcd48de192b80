"""Repeated ids, against the plainest possible reading of the contract."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from emotag.repeats import WINDOW, Repeats


def by_definition(sent: list[str | None]) -> list[bool]:
    return [one is not None and one in sent[max(0, i - WINDOW) : i] for i, one in enumerate(sent)]


def by_repeats(sent: list[str | None]) -> list[bool]:
    repeats = Repeats()
    return [one is not None and repeats.repeats(one, number) for number, one in enumerate(sent, 1)]


@given(st.lists(st.none() | st.sampled_from("abcd"), max_size=50))
def test_short_streams(sent: list[str | None]) -> None:
    assert by_repeats(sent) == by_definition(sent)


def test_at_the_edge() -> None:
    for between in (WINDOW - 2, WINDOW - 1, WINDOW, WINDOW + 1):
        sent: list[str | None] = ["a", *[None] * between, "a"]
        assert by_repeats(sent)[-1] is (between < WINDOW)


def test_long_streams() -> None:
    chance = random.Random(7)
    sent = [str(chance.randrange(9000)) if chance.random() < 0.8 else None for _ in range(12_000)]
    assert by_repeats(sent) == by_definition(sent)


def test_memory_is_bounded() -> None:
    repeats = Repeats()
    for number in range(1, 20_000):
        repeats.repeats(str(number), number)
    assert len(repeats._last) <= WINDOW + 1
    assert len(repeats._order) <= WINDOW + 1
