from __future__ import annotations

import asyncio
from collections import Counter

import pytest
import structlog
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    IllegalOperation,
    KafkaConnectionError,
    KafkaTimeoutError,
    ProducerFenced,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from emotag_service.kafka.cluster.producers import RefusedError
from emotag_service.kafka.errors import FencedError, ForbiddenError, SettingsError, StopPolicyError
from emotag_service.kafka.tagging import lane as lane_module
from emotag_service.kafka.tagging.lane import Lane
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import SOURCE, FakeWriter, make_context, record, records


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(lane_module.Backoff, "next", lambda self: 0.0)


class Play:
    """A lane, and a consumer that goes where the lane sends it."""

    def __init__(self, given, **options):
        self.context = make_context(**options)
        self.given, self.failures = given, []
        self.lane = Lane(SOURCE, self.context, self.failures.append)
        self._feeding = asyncio.ensure_future(self._feed())

    async def _feed(self):
        while True:
            attempt = self.lane.attempt
            if attempt is not None and attempt.position is not None:
                attempt.accept([one for one in self.given if one.offset >= attempt.position])
            await asyncio.sleep(0.001)

    async def all_done(self):
        await until(lambda: self.context.log.committed == self.given[-1].offset + 1 or self.failures)

    async def end(self):
        self._feeding.cancel()
        await self.lane.finish(30)


async def test_everything_is_published_once_and_in_order():
    play = Play(records(0, 2_000), batch_records=64)
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(2_000))
    assert play.context.meters.published == 2_000
    assert play.failures == []


async def test_it_fences_before_it_asks_where_to_go_on():
    play = Play(records(0, 30))
    play.context.log.committed = 10
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.feed.begun == [(SOURCE, 10)]
    assert play.context.writers[0].steps[0] == "start"
    assert play.context.log.offsets == list(range(10, 30))


async def test_what_is_written_to_is_there_before_its_writer_asks_for_it():
    play, steps = Play(records(0, 3)), []

    async def ready(topic):
        steps.append((topic, list(play.context.writers)))

    play.context.ready = ready
    play.lane.start()
    await play.all_done()
    await play.end()
    assert steps[0] == ("in", [])


async def test_what_is_written_to_and_must_not_be_made_ends_the_tagger():
    play = Play(records(0, 3))

    async def ready(topic):
        raise SettingsError("topic out does not exist")

    play.context.ready = ready
    play.lane.start()
    await until(lambda: play.failures)
    assert isinstance(play.failures[0], SettingsError)
    await play.end()


async def test_a_first_start_commits_where_it_begins():
    play = Play(records(0, 30))
    play.context.feed._start = 25
    play.lane.start()
    await until(lambda: play.context.log.committed is not None)
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(25, 30))


async def test_records_that_expired_are_passed_over():
    play = Play(records(20, 30))
    play.context.log.committed = 10
    play.context.feed._first = 20
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(20, 30))


async def test_offsets_that_are_gone_are_told_of_once():
    structlog.reset_defaults()
    play = Play(records(11, 14))
    play.context.log.committed = 10
    play.context.feed._first = 11  # 10 was the end of a transaction
    play.context.script["send"] = [KafkaConnectionError("gone")]
    with capture_logs() as events:
        play.lane.start()
        await play.all_done()
        await play.end()
    told = [event for event in events if event["event"].startswith("offsets are gone before they were tagged")]
    assert [(event["offset"], event["offsets"], event["source"]) for event in told] == [(10, 1, "in/0")]
    assert play.context.meters.takeovers == 2
    assert play.context.log.offsets == [11, 12, 13]


@pytest.mark.parametrize("step", ["start", "begin", "send", "commit"])
@pytest.mark.parametrize(
    "error",
    [KafkaConnectionError("gone"), KafkaTimeoutError(), AssertionError(), IllegalOperation("fenced"), OSError(5, "x")],
)
async def test_a_failure_anywhere_costs_nothing_but_time(step, error):
    play = Play(records(0, 100), batch_records=10, transaction_records=10)
    play.context.script[step] = [None, error, None, error]
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(100))
    assert play.failures == []
    assert all(writer.steps[-1] == "close" for writer in play.context.writers)


async def test_after_a_failure_the_writer_is_thrown_away():
    play = Play(records(0, 10))
    play.context.script["send"] = [KafkaConnectionError("gone")]
    play.lane.start()
    await play.all_done()
    await play.end()
    first, second = play.context.writers
    assert first.steps[-2:] == ["abort", "close"]
    assert second.steps[0] == "start"
    assert play.context.meters.aborts == {"KafkaConnectionError": 1}


async def test_one_that_was_fenced_takes_over_again():
    play = Play(records(0, 10))
    play.context.script["commit"] = [None, ProducerFenced()]
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(10))
    assert play.failures == []


async def test_one_that_is_fenced_again_and_again_gives_up():
    play = Play(records(0, 10))
    play.context.script["begin"] = [None, *[ProducerFenced() for _ in range(9)]]
    play.lane.start()
    await until(lambda: play.failures)
    assert isinstance(play.failures[0], FencedError)
    assert "in/0" in str(play.failures[0])
    await play.end()


async def test_what_the_cluster_forbids_ends_the_tagger():
    play = Play(records(0, 10))
    play.context.script["commit"] = [None, GroupAuthorizationFailedError("g")]
    play.lane.start()
    await until(lambda: play.failures)
    assert isinstance(play.failures[0], ForbiddenError)
    await play.end()


async def test_a_stop_by_policy_ends_the_tagger_with_everything_before_it_committed():
    play = Play([record(0), record(1), record(2, b"stop")])
    play.lane.start()
    await until(lambda: play.failures)
    assert isinstance(play.failures[0], StopPolicyError)
    assert play.context.log.committed == 2
    await play.end()


async def test_a_mistake_of_ours_is_not_retried():
    play = Play(records(0, 3))
    play.context.engine.fail_submit = ZeroDivisionError("ours")
    play.lane.start()
    await until(lambda: play.failures)
    assert isinstance(play.failures[0], ZeroDivisionError)
    await play.end()


async def test_a_refused_record_is_found_and_becomes_a_dead_letter():
    play = Play(records(0, 6))
    play.context.script["commit"] = [None, RefusedError([list(range(6))], "TooLarge"), RefusedError([[4]], "TooLarge")]
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.context.log.offsets == list(range(6))
    assert [one.offset for one in play.context.log.visible if one.outgoing.topic == "dead"] == [4]


class StrictWriter(FakeWriter):
    """Of a cluster whose topic "out" refuses odd offsets, and notes what it takes, committed or not.

    One that `names_all` looks at what a write holds first, as Apache Kafka does, another at its sequence.
    """

    def __init__(self, context, taken, *, names_all):
        super().__init__(context.log, context.script)
        self._taken, self._names_all = taken, names_all

    async def begin(self):
        await super().begin()
        self._writes = []

    async def send(self, written, *, alone=False):
        await super().send(written, alone=alone)
        for topic in ("out", "dead"):
            group = [one.offset for one in written if one.outgoing.topic == topic]
            self._writes += [(topic, part) for part in ([[one] for one in group] if alone else [group]) if part]

    async def commit(self, offset):
        refused = []
        for topic, part in self._writes:
            if topic == "dead" or not (refused or any(one % 2 for one in part)):
                self._taken.update((topic, one) for one in part)
            elif any(one % 2 for one in part) and (self._names_all or not refused):
                refused.append(part)
        if refused:
            raise RefusedError(refused, "InvalidTimestampError")
        await super().commit(offset)


async def refuse_every_second(*, names_all, **options):
    """Return what became of 64 records: the play, and how often the cluster took each."""
    play, taken = Play(records(0, 64), batch_records=16, **options), Counter()
    writers = play.context.writers

    def writer(source):
        writers.append(StrictWriter(play.context, taken, names_all=names_all))
        return writers[-1]

    play.context.writer = writer
    play.lane.start()
    await play.all_done()
    await play.end()
    assert play.failures == []
    assert [(one.offset, one.outgoing.topic) for one in play.context.log.visible] == [
        (offset, "dead" if offset % 2 else "out") for offset in range(64)
    ]
    return play, taken


async def test_many_refused_records_cost_few_attempts_where_the_broker_names_them_all():
    play, taken = await refuse_every_second(names_all=True, transaction_seconds=5.0, transaction_records=64)
    assert len(play.context.writers) == 3
    assert max(taken.values()) == 2


async def test_what_comes_before_a_refusal_is_committed_where_the_broker_names_one_at_a_time():
    play, taken = await refuse_every_second(names_all=False, transaction_seconds=0.05)
    assert len(play.context.writers) <= 2 * 32 + 1  # each was refused with others at most once, and once alone
    assert max(taken.values()) <= 3


async def test_refusals_are_followed_by_pauses(monkeypatch):
    paused = []
    monkeypatch.setattr(lane_module.Backoff, "next", lambda self: paused.append(self) or 0.0)
    await refuse_every_second(names_all=True, transaction_seconds=5.0, transaction_records=64)
    assert len(paused) == 2


async def test_finishing_while_it_takes_over_leaves_at_once():
    play = Play(records(0, 3))
    gate = asyncio.Event()

    async def never(source):
        await gate.wait()

    play.context.feed.first_offset = never
    play.lane.start()
    await until(lambda: play.context.writers)
    await play.end()
    assert play.context.log.committed in {0, None}
    assert play.context.writers[0].steps[-1] == "close"


async def test_finishing_closes_the_session_and_lets_nothing_in():
    play = Play(records(0, 50))
    play.context.engine.open.clear()
    play.lane.start()
    await until(lambda: play.context.engine.submitted)
    await play.end()
    assert all(session.closed for session in play.context.engine.sessions)
    assert play.context.log.offsets == []
    assert play.lane.attempt is None


@settings(deadline=None, max_examples=60)
@given(
    script=st.dictionaries(
        st.sampled_from(["start", "begin", "send", "commit"]),
        st.lists(st.sampled_from([None, None, None, "lost", "fenced", "assert"]), max_size=6),
    ),
    batch=st.integers(1, 20),
    size=st.integers(1, 30),
)
def test_whatever_fails_every_record_is_published_once_in_order(script, batch, size):
    errors = {"lost": KafkaConnectionError("gone"), "fenced": ProducerFenced(), "assert": AssertionError(), None: None}

    async def play_it():
        play = Play(records(0, 60), batch_records=batch, transaction_records=size)
        play.context.script.update({step: [errors[name] for name in names] for step, names in script.items()})
        play.lane.start()
        await play.all_done()
        await play.end()
        assert play.failures in ([], play.failures[:1])
        assert play.context.log.offsets == list(range(len(play.context.log.offsets)))
        if not play.failures:
            assert play.context.log.offsets == list(range(60))

    asyncio.run(play_it())
