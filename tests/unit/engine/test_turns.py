from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emotag_service.engine.caller import Share
from emotag_service.engine.turns import Turns, Waiter
from tests.unit.engine.helpers import make_caller


def join(turns, share):
    caller = make_caller()
    caller.share = share
    waiter = Waiter(caller, 1, 1, granted=None)
    turns.join(waiter)
    return waiter


def hold(turns, share, messages):
    share.held = messages
    turns.move(share)


# Each step: what to do (0 somebody comes, 1 somebody gives up, 2 a share holds another number, 3 the first leaves),
# of which share, and the number.
STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5)), max_size=200)


@given(STEPS)
def test_the_first_is_whose_share_holds_least_and_who_came_first(steps):
    """Against the plain truth: the least of all who wait, looked for anew at every step."""
    turns, shares, waiting = Turns(), [Share() for _ in range(5)], []
    for what, which, number in steps:
        if what == 0:
            waiting.append(join(turns, shares[which]))
        elif what == 1 and waiting:
            turns.leave(waiting.pop(number % len(waiting)))
        elif what == 2:
            hold(turns, shares[which], number)
        first = turns.first()
        assert first is min(waiting, key=lambda waiter: waiter.caller.share.held, default=None)
        assert bool(turns) == bool(waiting)
        if what == 3 and first is not None:
            waiting.remove(first)
            turns.leave(first)


def test_what_changes_often_leaves_no_memory_behind():
    turns, shares = Turns(), [Share() for _ in range(3)]
    for share in shares:
        join(turns, share)
    for number in range(10_000):
        hold(turns, shares[number % 3], 20_000 - number)
        turns.first()
    assert len(turns._heap) < 100


def test_a_share_of_which_nobody_waits_is_forgotten():
    turns, share = Turns(), Share()
    waiter = join(turns, share)
    assert turns.of(waiter.caller) is waiter
    turns.leave(waiter)
    hold(turns, share, 3)
    assert turns.first() is turns.of(waiter.caller) is None
    assert not turns
