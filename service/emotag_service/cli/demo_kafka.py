"""The Kafka road of `emotag demo`: agents write to a topic, a tagger republishes what they say, a reader prints it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TextIO

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from emotag.cli.child import Child, ChildFailedError
from emotag.cli.demo_script import CONVERSATION, SCRIPT, SENDER_WIDTH
from emotag.cli.demo_summary import Summary
from emotag.cli.held_signals import held_signals
from emotag.cli.paint import LABEL_WIDTH, Paint
from emotag.info import NO_MODEL, Model
from emotag.tag import Tag
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.embedded import BrokerFailedError, EmbeddedBroker, require_package
from emotag_service.kafka.cluster.topics import open_topics
from emotag_service.kafka.records.dead_letter import PREFIX
from emotag_service.kafka.records.headers import LABEL, REASON, SCORE, STATUS
from emotag_service.messages.tag import Status
from emotag_service.process.logs import configure

if TYPE_CHECKING:
    from collections.abc import Mapping

require_package()  # whoever imports this learns what is missing before anything has started
INPUT, OUTPUT = "agent.messages", "agent.messages.tagged"
DEAD_LETTERS = f"{INPUT}.dead-letters"
GROUP = "demo"
PARTITIONS = 3
READY_SECONDS, ANSWER_SECONDS = 120.0, 60.0
POLL_SECONDS = 0.05
IN_PROCESS = "in-process"
_ENGINE_SETTINGS = ("EMOTAG_CHECKPOINT", "EMOTAG_DEVICES")

# Said last, and not in the words that were agreed upon: it becomes a dead letter.
GARBLED = b"\x00\x01 not what the others speak"
MESSAGE_ID = "message-id"


def play(pace: float, engine: str) -> None:
    """Play the script through topics; see `emotag.cli.demo.KafkaRoad`."""
    configure(level="warning")
    print("starting a broker and a tagger ...", flush=True)
    with ExitStack() as stack:
        broker = EmbeddedBroker()
        try:
            with held_signals():
                stack.enter_context(broker)
        except BrokerFailedError as error:
            raise ChildFailedError(str(error)) from error
        asyncio.run(_make_topic(broker.bootstrap))
        tagger = stack.enter_context(
            Child("the tagger", _command(broker.bootstrap, engine), environment(os.environ, engine))
        )
        asyncio.run(_converse(broker.bootstrap, tagger, pace))
    if tagger.exit_code != 0:
        raise ChildFailedError(f"the tagger ended with exit code {tagger.exit_code}")
    print("the tagger and the broker have stopped", flush=True)


def _command(bootstrap: str, engine: str) -> list[str]:
    where = ["--bootstrap", bootstrap, "--input", INPUT, "--output", OUTPUT, "--group", GROUP, "--engine", engine]
    return [sys.executable, "-m", "emotag", "tag-topic", *where]


def environment(given: Mapping[str, str], engine: str) -> dict[str, str]:
    """What the tagger inherits: settings that are meant for another tagger or for the service would be in its way."""
    kept = _ENGINE_SETTINGS if engine == IN_PROCESS else ()
    return {name: value for name, value in given.items() if not name.startswith("EMOTAG_") or name in kept}


async def _make_topic(bootstrap: str) -> None:
    async with open_topics(ClientSettings(bootstrap=(bootstrap,))) as topics:
        await topics.create_missing({INPUT: PARTITIONS})


async def _converse(bootstrap: str, tagger: Child, pace: float) -> None:
    await _until_attached(bootstrap, tagger)
    print(f"{INPUT} → emotag tag-topic → {OUTPUT}, at {bootstrap}\n", flush=True)
    summary, view = Summary(), DemoView(sys.stdout)
    consumer = AIOKafkaConsumer(
        OUTPUT, DEAD_LETTERS,
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest",
    )  # fmt: skip
    async with consumer, AIOKafkaProducer(bootstrap_servers=bootstrap) as producer, asyncio.TaskGroup() as group:
        said = group.create_task(_say(producer, summary, pace))
        await _show(consumer, tagger, summary, view, said)
    print(f"\n{summary.text(view.model)}", flush=True)


async def _until_attached(bootstrap: str, tagger: Child) -> None:
    """Wait until the tagger has begun: then its group has an offset of every partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        until = time.monotonic() + READY_SECONDS
        while len(await admin.list_consumer_group_offsets(GROUP)) < PARTITIONS:
            tagger.check(f"was not ready in {READY_SECONDS:g} s" if time.monotonic() > until else "")
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await admin.close()


async def _say(producer: AIOKafkaProducer, summary: Summary, pace: float) -> None:
    for number, (sender, text) in enumerate(SCRIPT):
        message_id = f"{CONVERSATION}-{number}"
        value = {"id": message_id, "conversation_id": CONVERSATION, "sender": sender, "text": text}
        await _write(producer, summary, message_id, json.dumps(value, ensure_ascii=False).encode())
        await asyncio.sleep(pace)
    await _write(producer, summary, f"{CONVERSATION}-{len(SCRIPT)}", GARBLED)


async def _write(producer: AIOKafkaProducer, summary: Summary, message_id: str, value: bytes) -> None:
    summary.sent(message_id)
    await producer.send_and_wait(INPUT, value, key=CONVERSATION.encode(), headers=[("message-id", message_id.encode())])


async def _show(
    consumer: AIOKafkaConsumer, tagger: Child, summary: Summary, view: DemoView, said: asyncio.Task[None]
) -> None:
    """Print what comes until everything that was said has come back."""
    last = time.monotonic()
    while summary.open or not said.done():
        found: dict[Any, list[Any]] = await consumer.getmany(timeout_ms=200)
        for record in sorted((one for records in found.values() for one in records), key=lambda one: one.timestamp):
            view.show(record, summary)
            last = time.monotonic()
        late = time.monotonic() > last + ANSWER_SECONDS
        tagger.check(f"gave no answer in {ANSWER_SECONDS:g} s" if late else "")


class DemoView:
    """Prints records.

    Attributes:
        model: What made the tags, as the records say.
    """

    def __init__(self, output: TextIO) -> None:
        self.model: Model = NO_MODEL
        self._output = output
        self._paint = Paint(output)

    def show(self, record: Any, summary: Summary) -> None:
        """Print a record of aiokafka's, and count it."""
        headers = {name: (content or b"").decode(errors="replace") for name, content in record.headers}
        line = self._answer(record, headers, summary)
        parts = {"key": record.key.decode(), **headers}
        shown = "  ".join(f"{name}={content}" for name, content in parts.items())
        below = self._paint.message(shown, used=SENDER_WIDTH + 2)
        print(f"{line}\n{'':<{SENDER_WIDTH}}  {below}", file=self._output, flush=True)

    def _answer(self, record: Any, headers: dict[str, str], summary: Summary) -> str:
        if headers.get(STATUS) != Status.OK:
            reason = headers.get(f"{PREFIX}reason") or headers.get(REASON, "")
            summary.refused(headers[MESSAGE_ID], reason)
            return f"{self._without_tag(headers)}  {reason}"
        said = json.loads(record.value)
        emotion = said["emotion"]
        self.model = Model(**emotion["model"])
        tag = Tag(headers[MESSAGE_ID], headers[LABEL], float(headers[SCORE]), uncertain=emotion["uncertain"])
        summary.answered(tag)
        return f"{said['sender']:<{SENDER_WIDTH}}  {self._paint.emotion(tag)}  {said['text']}"

    def _without_tag(self, headers: dict[str, str]) -> str:
        kind = "skipped" if STATUS in headers else "dead letter"
        return f"{'-':<{SENDER_WIDTH}}  {self._paint.coloured('error', f'{kind:<{LABEL_WIDTH}}')}    - "
