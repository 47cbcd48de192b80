"""Rewrites records: reads each, decides whether it is tagged, and makes what is written in its place."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.records.dead_letter import REFUSED_FOR_TIME
from emotag_service.kafka.records.headers import with_skip, with_tag
from emotag_service.kafka.records.policy import EVERYTHING, TOMBSTONE, Policy, Untaggables, passed, stopped
from emotag_service.kafka.records.receipt import RECEIPT, Receipt
from emotag_service.kafka.records.record import HEADER_BYTES, Outgoing, batch_bytes, fits
from emotag_service.messages.untaggable import NOTHING_SAID, Fault, UntaggableError
from emotag_service.process.logs import stack

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from emotag_service.kafka.records.codec import Codec, Reading
    from emotag_service.kafka.records.policy import Selection
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.routes import Routes
    from emotag_service.messages.tag import MessageTag

_AT_ONCE_BYTES = 256 * 1024  # of records that are read on the event loop: a usual batch is; more are read in a thread
TOO_LARGE = "TOO_LARGE"
CODEC_FAILED = "CODEC_FAILED"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Prepared:
    """A record between being read and being rewritten.

    Attributes:
        record: As read.
        reading: What the engine is to tag; None when it need not or cannot be tagged.
        fault: Why it cannot, or None; `finish` sets it when that turns out only then.
        skipped: Why it need not, as the value of `emotion-reason`; empty when it is to be tagged or cannot be.
    """

    record: Record
    reading: Reading | None = None
    fault: Fault | None = None
    skipped: str = ""


class Rewriter:
    """Rewrites records: exactly one out for one in. Stateless, synchronous, the same for all partitions."""

    def __init__(
        self,
        codec: Codec,
        routes: Routes,
        *,
        policy: Policy | str = Policy.DEAD_LETTER,
        selection: Selection = EVERYTHING,
        limits: Mapping[str, int] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make one.

        Args:
            codec: Finds the text, and writes the tag.
            routes: Where to.
            policy: What becomes of a record that cannot be tagged.
            selection: Which are tagged.
            limits: `max.message.bytes` by topic, looked up anew for every record; a topic that is missing has none.
            clock: Seconds since the epoch.
        """
        self._codec = codec
        self._routes = routes
        self._untaggables = Untaggables(Policy(policy), routes, clock)
        self._selection = selection
        self._limits: Mapping[str, int] = {} if limits is None else limits

    def written(self, topic: str) -> Collection[str]:
        """Every topic that may be written to for what is read from this one."""
        return self._routes.written([topic])

    def limits(self, topic: str) -> list[int]:
        """`max.message.bytes` of those of them that have one."""
        return [self._limits[name] for name in self.written(topic) if name in self._limits]

    def prepare(self, record: Record) -> Prepared:
        """Read it. Never raises for what is in it: that is a fault."""
        unread = self._why_unread(record)
        if unread:
            return Prepared(record, skipped=unread)
        try:
            reading = self._codec.read(record)
        except UntaggableError as error:
            return self._without_text(record, error)
        except Exception as error:  # noqa: BLE001 - a defect must cost this record alone, not block its partition
            return Prepared(record, fault=self._defect(record, error))
        skipped = self._selection.why_not(record, reading)
        return Prepared(record, skipped=skipped) if skipped else Prepared(record, reading)

    def finish(self, prepared: Prepared, answer: MessageTag | Fault | None) -> Outgoing:
        """Make what is written in its place; `prepared.fault` says afterwards what went wrong.

        Args:
            prepared: From `prepare`.
            answer: The engine's, or None when it was not asked.

        Raises:
            StopPolicyError: The policy is to stop here, or not even the original fits where it is to go.
            SettingsError: An input that was not known at the start would feed on itself.
        """
        made = prepared.fault or self._made(prepared, answer)
        if isinstance(made, Outgoing):
            problem = self._too_large(made)
            return made if problem is None else self._by_policy(prepared, problem)
        return self._by_policy(prepared, made)

    def refuse(self, prepared: Prepared, fault: Fault) -> Outgoing:
        """The same for a record whose outgoing one was refused by its topic.

        Raises:
            StopPolicyError: So is the policy; or what was refused was already what the policy made.
        """
        if fault.reason == REFUSED_FOR_TIME:
            before = f"; {prepared.fault}" if prepared.fault is not None else ""
            detail = f"{fault.detail} to its timestamp, {prepared.record.timestamp}{before}"
            return self._by_policy(prepared, Fault(fault.reason, detail))
        if prepared.fault is not None:
            raise stopped(prepared.record, fault, f"it was refused although it goes as it came ({prepared.fault})")
        return self._by_policy(prepared, fault)

    def _why_unread(self, record: Record) -> str:
        if record.value is None:
            return TOMBSTONE
        if Receipt.read(record) is not None:
            return RECEIPT
        return self._selection.why_unread(record)

    def _without_text(self, record: Record, error: UntaggableError) -> Prepared:
        """What others said, however wrong, goes on as it is; so does a whole event without words, as of a state."""
        other = "" if error.sender is None else self._selection.why_not_by(error.sender)
        if other or error.fault.reason == NOTHING_SAID:
            return Prepared(record, skipped=other or NOTHING_SAID)
        return Prepared(record, fault=error.fault)

    def _made(self, prepared: Prepared, answer: MessageTag | Fault | None) -> Outgoing | Fault:
        record = prepared.record
        if prepared.reading is None:
            return passed(record, self._routes.topic(record.topic), with_skip(record.headers, prepared.skipped))
        if answer is None:
            raise ValueError("finish: the engine's answer is missing for a record that it was asked about")
        return answer if isinstance(answer, Fault) else self._tagged(record, prepared.reading, answer)

    def _tagged(self, record: Record, reading: Reading, tag: MessageTag) -> Outgoing | Fault:
        try:
            value, headers = self._codec.write(record, reading, tag)
        except UntaggableError as error:
            return error.fault
        except Exception as error:  # noqa: BLE001 - as in `prepare`
            return self._defect(record, error)
        topic = self._routes.topic(record.topic, tag.label)
        headers = with_tag(headers, tag)
        return Outgoing(topic, record.partition, record.timestamp, record.key, value, headers)

    def _by_policy(self, prepared: Prepared, fault: Fault) -> Outgoing:
        prepared.fault = fault
        outgoing = self._untaggables(prepared.record, fault)
        problem = self._too_large(outgoing)
        if problem is not None:
            raise stopped(prepared.record, fault, f"it does not fit as it came either ({problem.detail})")
        return outgoing

    def _too_large(self, outgoing: Outgoing) -> Fault | None:
        limit = self._limits.get(outgoing.topic)
        if limit is None or fits(outgoing.key, outgoing.value, outgoing.headers, limit):
            return None
        size = batch_bytes(outgoing.key, outgoing.value, outgoing.headers)
        return Fault(
            TOO_LARGE, f"it takes {size:,} bytes, {outgoing.topic} accepts {limit:,}: raise its max.message.bytes"
        )

    def _defect(self, record: Record, error: Exception) -> Fault:
        _log.error(
            "codec failed",
            codec=self._codec.name,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            stack=stack(error),
        )
        return Fault(CODEC_FAILED, f"the {self._codec.name} codec failed on it ({type(error).__name__}); report it")


async def prepare_all(rewriter: Rewriter, records: Sequence[Record]) -> list[Prepared]:
    """Read records: in a thread if they are large, which would hold the event loop up, heartbeats and all."""
    size = sum(len(record.value or b"") + HEADER_BYTES * len(record.headers) for record in records)
    if size <= _AT_ONCE_BYTES:
        return _prepared(rewriter, records)
    return await asyncio.to_thread(_prepared, rewriter, records)


def _prepared(rewriter: Rewriter, records: Sequence[Record]) -> list[Prepared]:
    return [rewriter.prepare(record) for record in records]
