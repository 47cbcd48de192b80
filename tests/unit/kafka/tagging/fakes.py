"""A partition with everything around it scripted: a log that is read, an engine, and a writer whose commits can be seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.record import Outgoing, Record, Source
from emotag_service.kafka.records.rewriter import Prepared
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.messages.untaggable import Fault

SOURCE = Source("in", 0)
MODEL = ModelName("m", "1", "d" * 64)


def record(offset, value=b"hello", topic="in", partition=0):
    return Record(topic, partition, offset, 1_000 + offset, b"k", value, ())


def records(start, end):
    return [record(offset) for offset in range(start, end)]


def tag(label="joy"):
    return MessageTag(label, 0.5, (label,), (label,), (0.5,), "ekman", MODEL, 0.0)


class FakeSession:
    def __init__(self, engine):
        self._engine = engine
        self.closed = False

    async def submit(self, readings):
        if self._engine.fail_submit is not None:
            raise self._engine.fail_submit
        self._engine.submitted.append([reading.text for reading in readings])

        async def answer():
            await self._engine.open.wait()
            return [self._engine.answers.get(reading.text, tag()) for reading in readings]

        return asyncio.ensure_future(answer())

    async def close(self):
        self.closed = True


class FakeEngine:
    """Answers at once, or once `open` is set."""

    def __init__(self):
        self.submitted, self.answers, self.sessions = [], {}, []
        self.fail_submit = None
        self.open = asyncio.Event()
        self.open.set()

    def session(self, name):
        self.sessions.append(FakeSession(self))
        return self.sessions[-1]


class FakeRewriter:
    """The value is the text; `b"skip"`, `b"bad"` and `b"stop"` are what they say."""

    def written(self, topic):
        return ("out",)

    def prepare(self, one):
        if one.value == b"skip":
            return Prepared(one, skipped="because")
        if one.value in {b"bad", b"stop"}:
            return Prepared(one, fault=Fault("BAD", "it is bad"))
        return Prepared(one, Reading(one.value.decode()))

    def finish(self, prepared, answer):
        one = prepared.record
        if one.value == b"stop":
            raise StopPolicyError("stop here")
        dead = prepared.fault.reason if prepared.fault else answer.reason if isinstance(answer, Fault) else ""
        return Outgoing("dead" if dead else "out", one.partition, one.timestamp, one.key, one.value, (), dead)

    def refuse(self, prepared, fault):
        return self.finish(Prepared(prepared.record, fault=fault), None)


@dataclass
class Log:
    """What the cluster holds: the committed offset and what readers see."""

    committed: int | None = None
    visible: list = field(default_factory=list)
    transactions: list = field(default_factory=list)

    @property
    def offsets(self):
        return [written.offset for written in self.visible]


class FakeWriter:
    """Makes visible what it commits; fails where the script says: a dict from step to a list of errors, used up."""

    def __init__(self, log, script):
        self._log, self._script = log, script
        self._open = []
        self.steps = []

    def _step(self, name):
        self.steps.append(name)
        if self._script.get(name):
            error = self._script[name].pop(0)
            if error is not None:
                raise error

    async def start(self, wait):
        self._step("start")
        return self._log.committed

    async def begin(self):
        self._step("begin")
        self._open = []

    async def send(self, written, *, alone=False):
        self.alone = alone
        self._step("send")
        self._open.extend(written)

    async def commit(self, offset):
        self._step("commit")
        self._log.visible.extend(self._open)
        self._log.transactions.append(len(self._open))
        self._log.committed = offset

    async def abort(self):
        self._step("abort")

    async def close(self):
        self._step("close")


class FakeFeed:
    heartbeat_seconds = 0.001

    def __init__(self, first=0, start=0):
        self._first, self._start = first, start
        self.begun, self.held, self.sought, self.ends = [], [], [], {}
        self.member = set()

    async def first_offset(self, source):
        return self._first

    async def start_offset(self, source):
        return self._start

    def begin_at(self, source, offset):
        self.begun.append((source, offset))

    def hold(self, sources):
        self.held.append(list(sources))

    def seek(self, source, offset):
        self.sought.append((source, offset))

    def assigned(self):
        return self.member

    def end(self, source):
        return self.ends.get(source)


def make_context(**changes):
    """A context whose writers share one log and one script of failures."""
    options = {"transaction_seconds": 0.01, "stop_seconds": 30.0, **changes}
    log, script, writers = Log(), {}, []

    def writer(source):
        writers.append(FakeWriter(log, script))
        return writers[-1]

    return SimpleNamespace(
        tracing=None,
        schemas=None,
        ready=None,
        settings=LoopSettings(group="g", topics=("in",), **options),
        feed=FakeFeed(),
        engine=FakeEngine(),
        rewriter=FakeRewriter(),
        meters=Meters(),
        roomier=lambda: None,
        clock=asyncio.get_running_loop().time,
        user=None,
        fenced_seconds=0.001,
        writer=writer,
        log=log,
        script=script,
        writers=writers,
    )
