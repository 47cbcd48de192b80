"""A tagger as one would write it in ten minutes: the control. Right as long as nothing goes wrong, and not a moment longer.

It takes the options of `emotag tag-topic` that it needs and ignores the others. Offsets are committed every second, tags are
written without transactions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from confluent_kafka import Consumer, Message, Producer

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine import message as engine_message
from emotag_service.engine.engine import Engine
from emotag_service.engine.tag import Tag

AT_ONCE = 200


def main() -> None:
    """Tag until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    for name in ("bootstrap", "input", "output", "group", "dead-letter-topic", "session-seconds"):
        parser.add_argument(f"--{name}")
    args, _ = parser.parse_known_args()
    asyncio.run(_tag(args))


async def _tag(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu:1")
    await engine.start()
    consumer, producer = (
        _consumer(args),
        Producer({"bootstrap.servers": args.bootstrap, "linger.ms": 5, "log_level": 2}),
    )
    consumer.subscribe([args.input])
    while not stop.is_set():
        messages = [one for one in await asyncio.to_thread(consumer.consume, AT_ONCE, 0.1) if one.error() is None]
        texts = [_text(one) for one in messages]
        tags = iter(await engine.classify([engine_message.Message(text) for text in texts if text]))
        for one, text in zip(messages, texts, strict=True):
            _produce(producer, args, one, next(tags) if text else None)
        await asyncio.to_thread(producer.flush)
    consumer.close()
    await engine.close()


def _consumer(args: argparse.Namespace) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": args.bootstrap, "group.id": args.group, "auto.offset.reset": "earliest",
            "session.timeout.ms": int(float(args.session_seconds) * 1000), "auto.commit.interval.ms": 1000, "log_level": 2,
        }
    )  # fmt: skip


def _text(record: Message) -> str:
    try:
        return str(json.loads(record.value() or b"{}").get("text", ""))
    except ValueError:
        return ""


def _produce(producer: Producer, args: argparse.Namespace, record: Message, tag: Tag | None) -> None:
    value, headers, topic = record.value(), list(record.headers() or ()), args.output
    if value is None:
        headers.append(("emotion-status", b"SKIPPED"))
    elif tag is None or tag.error is not None:
        topic = args.dead_letter_topic
    else:
        document = {"category": tag.label, "confidence": round(tag.score, 6)}
        head = value[:-1].rstrip()
        value = head + b', "emotion": %s' % json.dumps(document).encode() + value[len(head) :]
        headers += [
            ("emotion-status", b"OK"), ("emotion-label", tag.label.encode()), ("emotion-score", b"%.6f" % tag.score)
        ]  # fmt: skip
    producer.produce(topic, value, record.key(), record.partition(), timestamp=record.timestamp()[1], headers=headers)


if __name__ == "__main__":
    main()
