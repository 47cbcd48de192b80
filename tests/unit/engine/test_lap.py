from __future__ import annotations

import asyncio

from emotag_service.engine.lap import Lap


async def test_the_first_fits_whatever_it_is_and_more_up_to_the_bound():
    lap = Lap(10)
    assert lap.fits(11)
    lap.note(4)
    assert lap.fits(6)
    assert not lap.fits(7)


async def test_the_next_lap_begins_anew_and_is_told_of_once():
    told = []
    lap = Lap(10, lambda: told.append(lap.fits(10)))
    lap.note(8)
    lap.note(0)
    assert not lap.fits(8)
    await asyncio.sleep(0)
    assert told == [True]
    await asyncio.sleep(0)
    assert told == [True], "nothing was done in the lap after"


async def test_what_is_done_when_told_counts_for_that_lap():
    left = [10, 10]
    lap = Lap(10, lambda: left and lap.note(left.pop()))
    lap.note(10)
    free = []
    for _ in range(3):
        await asyncio.sleep(0)
        free.append(lap.fits(1))
    assert free == [False, False, True]
