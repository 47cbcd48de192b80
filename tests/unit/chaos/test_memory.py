"""What counts as flat memory."""

from __future__ import annotations

import pytest

from tests.chaos.memory import Profile

RECORDS = 1000
MIB = 2**20


def profile(*sizes: int, done: int = RECORDS) -> Profile:
    last = len(sizes) - 1
    return Profile([(done * place // last, size * MIB) for place, size in enumerate(sizes)])


def test_the_same_all_the_way_is_flat() -> None:
    flat = profile(*[300] * 21)
    assert flat.flat(RECORDS)
    assert flat.peaks(RECORDS) == (300, 300)


def test_warming_up_is_not_held_against_it() -> None:
    assert profile(100, *[300] * 20).flat(RECORDS)


def test_a_peak_while_warming_up_hides_no_growth() -> None:
    assert not profile(900, *[300] * 10, *[340] * 10).flat(RECORDS)


@pytest.mark.parametrize(("second", "flat"), [(329, True), (331, False)])
def test_growth_beyond_a_tenth_is_not_flat(second: int, flat: bool) -> None:
    assert profile(300, *[300] * 10, *[second] * 10).flat(RECORDS) is flat


def test_what_did_not_come_through_proves_nothing() -> None:
    assert not profile(*[300] * 21, done=RECORDS - 1).flat(RECORDS)
