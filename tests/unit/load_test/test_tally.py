"""What a tally makes of answers: waiting from the plan, duplicates, strangers, losses, and the summary of it all."""

import pytest

from emotag.errors import DeadlineExceededError, OverloadedError
from emotag_service.load_test.step import summary
from emotag_service.load_test.tally import TAGGED, Tally

FULL = OverloadedError("full", reason="QUEUE_FULL")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tally(clock):
    """Four messages in a second, at 0, .25, .5 and .75."""
    return Tally([0.0, 0.25, 0.5, 0.75], 1.0, clock)


def test_waiting_counts_from_the_planned_arrival(tally, clock):
    clock.now += 0.5  # the caller was late: that is waiting, too
    tally.send(1)
    clock.now += 0.1
    assert tally.answer(tally.message_id(1), None) == 1
    assert tally.waits(TAGGED) == [pytest.approx(0.35)]
    assert tally.lateness() == [pytest.approx(0.25)]


def test_a_message_is_due_when_it_arrives(tally, clock):
    clock.now += 0.2
    assert tally.due(1) == pytest.approx(0.05)
    assert tally.due(0) == pytest.approx(-0.2)


def test_a_second_answer_is_a_duplicate_and_changes_nothing(tally):
    tally.send(0)
    tally.answer(tally.message_id(0), None)
    tally.answer(tally.message_id(0), FULL)
    assert tally.duplicates == 1
    assert tally.counts() == {TAGGED: 1}


@pytest.mark.parametrize("message_id", ["", "x-0", "0", "other", "-1"])
def test_an_answer_to_nothing_is_unknown(tally, message_id):
    tally.send(0)
    assert tally.answer(message_id, None) is None
    assert tally.unknown == 1


def test_an_answer_before_its_message_was_sent_is_unknown(tally):
    assert tally.answer(tally.message_id(2), None) is None
    assert tally.answer(tally.message_id(9), None) is None
    assert tally.unknown == 2


def test_the_summary_tells_tags_in_time_from_late_ones(tally, clock):
    for number in range(4):
        tally.send(number)
    clock.now += 0.75
    tally.settle(0, None)
    tally.settle(2, None)
    clock.now += 1.0  # the second is over
    tally.settle(3, None)
    found = summary(tally, "unary", 0.5, within=0.5)
    assert (found.planned, found.tagged, found.lost) == (4, 3, 1)
    assert (found.throughput, found.goodput) == (2.0, 1.0)
    assert not found.correct


def test_the_summary_tells_refusals_from_failures_and_from_what_was_held_back(tally, clock):
    for number in range(3):
        tally.send(number)
    clock.now += 0.5
    tally.settle(0, FULL)
    tally.settle(1, FULL)
    tally.settle(2, DeadlineExceededError("late"))
    tally.hold_back(3)
    found = summary(tally, "unary", None, within=5)
    [refused] = found.refusals
    assert (refused.reason, refused.messages, found.refused) == ("QUEUE_FULL", 2, 2)
    assert refused.waits.p50_ms == pytest.approx(375)
    assert refused.after_sending_p99_ms == pytest.approx(500)
    assert found.failures == {"DEADLINE_EXCEEDED": 1}
    assert found.held_back == 1
    assert found.waits is None
    assert found.correct


def test_a_step_that_is_cut_has_only_what_had_arrived(tally, clock):
    tally.send(0)
    tally.send(1)
    clock.now += 0.3
    tally.settle(0, None)
    tally.cut()
    found = summary(tally, "stream", 1.0, within=5)
    assert found.seconds == pytest.approx(0.3)
    assert (found.planned, found.tagged, found.lost) == (2, 1, 0)
    assert found.failures == {"INTERRUPTED": 1}
