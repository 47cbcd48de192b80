from __future__ import annotations

import pytest

from emotag_service.engine.batch import Batch
from emotag_service.engine.counters import Counters
from emotag_service.engine.delivery import Delivery
from emotag_service.engine.errors import ExpiredError, InvalidMessageError
from emotag_service.engine.room import Room
from emotag_service.engine.tag import Tag
from tests.unit.engine.helpers import make_caller, make_job


@pytest.fixture
def room():
    return Room(100, 1_000)


@pytest.fixture
def counters():
    return Counters()


@pytest.fixture
def delivery(room, counters):
    return Delivery(room, counters)


def job_in(delivery, room, lengths):
    job = make_job(make_caller(), lengths)
    for entry in job.entries:
        room.enter(1, entry.size, patient=False)
    delivery.expect(job)
    return job


def tags_for(entries):
    return [Tag(entry.message_id, label="joy", compute_seconds=0.1) for entry in entries]


def test_a_batch_may_hold_several_jobs_and_each_is_told_once(delivery, room):
    first, second = job_in(delivery, room, [1, 2]), job_in(delivery, room, [3])
    told = []
    first.on_tags = lambda job, indices: told.append((job, list(indices)))
    second.on_tags = lambda job, indices: told.append((job, list(indices)))
    entries = [first.entries[1], second.entries[0], first.entries[0]]
    delivery.tagged(Batch(entries), tags_for(entries), 9)
    assert told == [(first, [1, 0]), (second, [0])]
    assert [tag.message_id for tag in first.tags] == ["/0", "/1"]
    assert room.held.messages == room.held.size == 0


def test_what_is_left_is_known(delivery, room):
    job = job_in(delivery, room, [1, 2])
    rest = job.entries[1:]
    delivery.tagged(Batch(job.entries[:1]), tags_for(job.entries[:1]), 9)
    assert delivery.unanswered() == rest
    assert delivery.failed(rest, ExpiredError("late")) == 1
    assert delivery.unanswered() == []
    assert delivery._open == set()  # or every job ever done would be kept
    assert isinstance(job.tags[1].error, ExpiredError)


def test_a_second_answer_changes_nothing(delivery, room):
    job = job_in(delivery, room, [4])
    entries = job.entries
    delivery.failed(entries, ExpiredError("late"))
    room.enter(1, 4, patient=False)
    delivery.tagged(Batch(entries), tags_for(entries), 9)
    assert job.tags[0].error is not None
    assert room.held.messages == 1
    assert delivery.failed(entries, ExpiredError("late")) == 0


def test_an_on_tags_that_raises_keeps_nothing_from_the_others(delivery, room, events):
    first, second = job_in(delivery, room, [1]), job_in(delivery, room, [1])
    told = []

    def broken(job, indices):
        raise RuntimeError("mine")

    first.on_tags, second.on_tags = broken, lambda job, indices: told.append(job)
    entries = [*first.entries, *second.entries]
    delivery.tagged(Batch(entries), tags_for(entries), 9)
    assert told == [second]
    assert first.done()
    assert events[-1]["event"] == "on tags failed"


def test_cancelling_tells_nobody(delivery, room):
    job = job_in(delivery, room, [1])
    job.on_tags = lambda job, indices: pytest.fail("told")
    assert delivery.failed(job.entries, ExpiredError("x"), tell=False) == 1


def test_a_text_with_nothing_to_read_is_an_error_of_its_own_in_a_batch_that_was_computed(delivery, room, counters):
    job = job_in(delivery, room, [1, 2])
    good, bad = tags_for(job.entries)
    bad.error = InvalidMessageError("text", "has nothing to read")
    delivery.tagged(Batch(job.entries), [good, bad], 5)
    assert (counters.tagged, counters.errors["invalid"], counters.batches, counters.tokens) == (1, 1, 1, 5)
    assert job.done()
    assert room.held.messages == 0
