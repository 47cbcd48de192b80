from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.room import Room
from tests.unit.engine.helpers import make_caller


def waiting(room, messages, size=0, caller=None):
    return asyncio.ensure_future(room.wait(caller or make_caller(), messages, size))


async def turn():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_free_room_is_granted_at_once_and_claimed():
    room, caller = Room(100, 1_000), make_caller()
    await room.wait(caller, 10, 50)
    assert (room.held.messages, room.held.size) == (10, 50)
    assert room.redeem(caller)
    assert room.held.messages == 0
    assert not room.redeem(caller)


async def test_those_who_wait_are_served_in_order_as_others_leave():
    room = Room(100, 1_000)
    room.enter(70, 70, patient=True)
    big, small = waiting(room, 50), waiting(room, 1)
    await turn()
    assert not big.done()
    assert not small.done()  # first come, first served: it would fit, but it came later
    room.leave(60, 60, patient=True)
    room.wake()
    await asyncio.gather(big, small)
    assert room.held.messages == 10 + 51


async def test_bytes_are_a_bound_of_their_own():
    room = Room(100, 1_000)
    room.enter(1, 700, patient=True)
    task = waiting(room, 1, 200)
    await turn()
    assert not task.done()
    room.leave(1, 700, patient=True)
    room.wake()
    await task


async def test_the_patient_leave_a_quarter_to_those_who_cannot_wait():
    room = Room(100, 1_000)
    room.enter(75, 75, patient=True)
    task = waiting(room, 1)
    await turn()
    assert not task.done()
    assert room.admits(1, patient=False)
    task.cancel()


async def test_those_who_cannot_wait_leave_a_quarter_while_someone_waits():
    room = Room(100, 1_000)
    room.enter(99, 99, patient=False)
    assert room.admits(1, patient=False)
    task = waiting(room, 25)
    await turn()
    assert not room.admits(1, patient=False)
    room.leave(24, 24, patient=False)
    room.wake()
    await task
    assert room.held.messages == 100


def test_a_full_room_admits_nobody():
    room = Room(2, 10)
    room.enter(2, 2, patient=False)
    assert not room.admits(0, patient=True)
    room = Room(5, 10)
    room.enter(1, 9, patient=False)
    assert not room.admits(2, patient=False)
    assert room.admits(1, patient=False)


@pytest.mark.parametrize(("messages", "size"), [(90, 1), (1_000, 1), (1, 5_000)])
async def test_what_hardly_or_never_fits_passes_when_nothing_is_held(messages, size):
    room, caller = Room(100, 1_000), make_caller()
    room.enter(1, 1, patient=True)
    task = waiting(room, messages, size, caller)
    await turn()
    assert not task.done()
    room.leave(1, 1, patient=True)
    room.wake()
    await task
    assert room.held.messages <= 100
    assert room.held.size <= 1_000


async def test_a_cancelled_waiter_is_forgotten_and_the_next_one_served():
    room = Room(100, 1_000)
    room.enter(70, 70, patient=True)
    big, small = waiting(room, 50), waiting(room, 1)
    await turn()
    big.cancel()
    await small
    assert big.cancelled()
    assert room.held.messages == 71


async def test_a_waiter_cancelled_in_the_turn_of_its_grant_gives_its_claim_back():
    room, caller = Room(100, 1_000), make_caller()
    room.enter(75, 75, patient=True)
    task = waiting(room, 50, 0, caller)
    await turn()
    room.leave(75, 75, patient=True)
    room.wake()
    assert room.held.messages == 50
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert room.held.messages == 0
    assert caller.claim is None


async def test_a_claim_that_is_not_used_is_returned_by_asking_again_or_by_closing():
    room, caller = Room(100, 1_000), make_caller()
    await room.wait(caller, 10, 10)
    await room.wait(caller, 5, 5)
    assert room.held.messages == 5
    room.release_claim(caller)
    assert (room.held.messages, room.held.size) == (0, 0)


async def test_a_caller_that_closes_waits_no_longer():
    room, caller = Room(10, 10), make_caller()
    room.enter(10, 10, patient=True)
    task = waiting(room, 5, 0, caller)
    await turn()
    caller.close()
    room.release_claim(caller)
    await task
    await room.wait(caller, 5, 0)
    assert room.held.messages == 10


async def test_an_open_room_lets_everyone_pass_without_a_claim():
    room = Room(10, 10)
    room.enter(10, 10, patient=True)
    task = waiting(room, 5)
    await turn()
    room.open()
    await task
    await room.wait(make_caller(), 5, 0)
    assert room.held.messages == 10


class Play:
    """Streams and other callers that come and go."""

    def __init__(self):
        self.room, self.held, self.tasks = Room(100, 1_000), [], []

    async def stream(self, messages, size):
        caller = make_caller()
        await self.room.wait(caller, messages, size)
        patient = self.room.redeem(caller)
        for _ in range(messages):
            self.enter(size // messages, patient=patient)
        self.room.wake()  # as Engine.submit does: what it claimed and could not enter is free again

    def enter(self, size, *, patient):
        if self.room.admits(size, patient=patient):
            self.room.enter(1, size, patient=patient)
            self.held.append((size, patient))

    def leave(self, number):
        for _ in range(min(number, len(self.held))):
            size, patient = self.held.pop(0)
            self.room.leave(1, size, patient=patient)
        self.room.wake()

    def step(self, action, messages, size):
        if action == "wait":
            self.tasks.append(asyncio.ensure_future(self.stream(messages, size)))
        elif action == "enter":
            self.enter(size, patient=False)
        else:
            self.leave(messages)

    async def run(self, steps):
        for step in steps:
            self.step(*step)
            await turn()
            assert 0 <= self.room.held.messages <= 100
            assert 0 <= self.room.held.size <= 1_000
        while self.held or not all(task.done() for task in self.tasks):
            assert self.held, "someone waits although nothing is held"
            self.leave(10)
            await turn()
        assert (self.room.held.messages, self.room.held.size) == (0, 0)


@settings(deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.integers(1, 130), st.integers(0, 1_300)),
            st.tuples(st.just("enter"), st.integers(1, 1), st.integers(0, 400)),
            st.tuples(st.just("leave"), st.integers(0, 50), st.just(0)),
        ),
        max_size=60,
    )
)
def test_bounds_hold_and_everyone_passes_in_the_end(steps):
    async def play():
        await Play().run(steps)

    asyncio.run(play())


async def test_it_tells_when_nothing_is_held_any_more_by_a_message_or_a_claim():
    empties = []
    room, caller = Room(100, 1_000, lambda: empties.append(1)), make_caller()
    await room.wait(caller, 10, 50)
    room.enter(1, 5, patient=False)
    assert (room.taken.messages, room.taken.size, room.held.messages) == (1, 5, 11)
    room.leave(1, 5, patient=False)
    assert empties == []
    room.release_claim(caller)
    assert empties == [1]
    assert room.claimed.messages == room.claimed.size == room.held.messages == 0


async def test_who_holds_least_is_served_first():
    room, flooding = Room(100, 1_000), make_caller()
    room.enter(20, 0, patient=True, share=flooding.share)
    room.enter(50, 0, patient=True)
    more, less = waiting(room, 10, caller=flooding), waiting(room, 10)
    await turn()
    assert not more.done()
    assert not less.done()
    room.leave(8, 0, patient=True)
    room.wake()
    await turn()
    assert less.done()
    assert not more.done()  # it came first, but of its share there is enough already
    more.cancel()


async def test_what_a_share_holds_is_counted_to_its_end():
    room, caller = Room(100, 1_000), make_caller()
    await room.wait(caller, 10, 0)
    assert caller.share.held == 10
    room.redeem(caller)
    room.enter(4, 4, patient=True, share=caller.share)
    assert caller.share.held == 4
    room.leave(4, 4, patient=True, share=caller.share)
    assert caller.share.held == 0


async def test_who_floods_leaves_room_for_who_comes():
    room = Room(1_000, 10_000)
    flooding = [make_caller() for _ in range(8)]
    tasks = {caller: waiting(room, 10, caller=caller) for caller in flooding}
    for _ in range(2_000):  # as messages come and go
        await asyncio.sleep(0)
        for caller, task in tasks.items():
            if task.done():
                room.redeem(caller)
                room.enter(10, 0, patient=True, share=caller.share)
                tasks[caller] = waiting(room, 10, caller=caller)
        if room.held.messages > 600:
            room.leave(10, 0, patient=True, share=max(flooding, key=lambda caller: caller.share.held).share)
            room.wake()
    await turn()
    assert sum(caller.share.held for caller in flooding) > 600
    newcomer = waiting(room, 10)
    await turn()
    assert newcomer.done()  # at once: nobody leaves
    for task in tasks.values():
        task.cancel()


async def test_a_lap_of_the_loop_grants_a_frame_or_some_small_ones():
    room, laps = Room(10_000, 100_000), []
    loop, now = asyncio.get_running_loop(), 0

    def count() -> None:
        nonlocal now
        now += 1
        loop.call_soon(count)

    async def submit(messages: int) -> None:
        await room.wait(make_caller(), messages, 0)
        laps.append((now, messages))

    count()
    await asyncio.gather(*[submit(64) for _ in range(16)], *[submit(8) for _ in range(16)])
    for lap in {lap for lap, _ in laps}:
        assert sum(messages for when, messages in laps if when == lap) <= 64
    assert len({lap for lap, _ in laps}) == 18, "no lap is left out"
    assert now <= 22


async def test_a_call_waits_for_one_frame_of_a_flood_and_not_for_one_of_each_stream():
    room, order = Room(10_000, 100_000), []

    async def stream(name: int) -> None:
        for _ in range(3):
            await room.wait(make_caller(), 64, 0)
            order.append(name)

    async def call() -> None:
        for _ in range(5):  # laps that a call takes
            await asyncio.sleep(0)
        order.append("call")

    await asyncio.gather(*[stream(name) for name in range(16)], call())
    assert order.index("call") <= 6
