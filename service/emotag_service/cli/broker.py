"""`emotag broker`: the embedded broker in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_service.cli.own_command import own_command
from emotag_service.settings import typed
from emotag_service.values import whole_number

if TYPE_CHECKING:
    from emotag_service.kafka.cluster.embedded import EmbeddedBroker

PORT = 9092
TOPIC = "agent.messages"
PARTITIONS = 6  # as in deploy/compose.yaml

_DESCRIPTION = """\
Start a small Kafka on this machine, to develop against: no Java, no Docker, up at once. It listens on 127.0.0.1 only.

NOT FOR PRODUCTION: it has no security, a crash loses the records that it acknowledged last, members that die without
leaving their group are not expired, transactions do not time out, and those that are open when it stops are lost: stop
taggers first.
"""

_EPILOG = """\
example:
  emotag broker --data ./broker-data
  emotag tag-topic --bootstrap 127.0.0.1:9092 --input agent.messages --output agent.messages.tagged --group taggers

Ctrl-C or SIGTERM stops it once it has saved what it holds; a second Ctrl-C at once.
exit codes: 0 stopped; 1 it did not start, or ended by itself; 2 bad usage
"""

# What `emotag broker` prints when it is up; every command in it can be pasted as it stands.
_TEACHING = """\
emotag broker: Kafka for development at {bootstrap}. NOT FOR PRODUCTION: no security, a crash loses records.
{keeping}

Let an agent say something, from another terminal:
{python} - <<'EOF'
import asyncio, aiokafka
async def say():
    async with aiokafka.AIOKafkaProducer(bootstrap_servers="{bootstrap}") as producer:
        await producer.send_and_wait("{topic}", b'{{"sender": "coder", "text": "Thank you so much!"}}')
asyncio.run(say())
EOF
Tag what agents say:
  {emotag} tag-topic --bootstrap {bootstrap} --input {topic} --output {topic}.tagged --group taggers
Ctrl-C stops it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--port",
        type=typed(whole_number(0, 65_535)),
        default=PORT,
        metavar="P",
        help=f"port to listen on; 0 picks a free one (default: {PORT})",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder that keeps topics and records from one start to the next (default: they are gone at the end)",
    )
    parser.add_argument(
        "--topic",
        action="append",
        metavar="NAME",
        help=f"a topic to create unless it is there, with {PARTITIONS} partitions; may be repeated (default: {TOPIC})",
    )


def run(args: argparse.Namespace) -> int:
    """Serve; 0 after a clean stop, 1 when the broker did not start or ended by itself."""
    from emotag_service.kafka.cluster.embedded import BrokerFailedError, EmbeddedBroker  # noqa: PLC0415 - --help stays fast
    from emotag_service.kafka.errors import TaggerError  # noqa: PLC0415 - see above
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see above

    configure("console", "warning")
    try:
        return asyncio.run(_serve(EmbeddedBroker(args.port, args.data), args.data, args.topic or [TOPIC]))
    except (BrokerFailedError, TaggerError) as error:
        print(f"emotag broker: error: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, TaggerError) else 1


async def _serve(broker: EmbeddedBroker, data: Path | None, topics: list[str]) -> int:
    from emotag_service.process.lifetime import ending_signals  # noqa: PLC0415 - --help stays fast

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in ending_signals():
        loop.add_signal_handler(number, stop.set)
    # Signals wait until it is up or has failed, so that none leaves it behind half started.
    with broker:
        await _create(broker.bootstrap, topics)
        print(_teaching(broker, data, topics[0]), flush=True)
        ended = asyncio.ensure_future(asyncio.to_thread(broker.wait))
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not stop.is_set():
            print(f"emotag broker: error: {broker.why_ended()}", file=sys.stderr)
            return 1
        loop.remove_signal_handler(signal.SIGINT)  # saving takes its time; who does not want to wait says so again
        broker.stop()
        await ended
    print("emotag broker: stopped", flush=True)
    return 0


async def _create(bootstrap: str, topics: list[str]) -> None:
    """Create those topics that are not there, so that a tagger may come before the first message."""
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - --help stays fast

    from emotag_service.kafka.cluster.topics import Topics  # noqa: PLC0415 - see above

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await Topics(admin).create_missing(dict.fromkeys(topics, PARTITIONS))
    finally:
        await admin.close()


def _teaching(broker: EmbeddedBroker, data: Path | None, topic: str) -> str:
    kept = (
        "Its records are gone when it stops; --data DIR keeps them" if data is None else f"Its records stay in {data}"
    )
    return _TEACHING.format(
        bootstrap=broker.bootstrap, topic=topic, keeping=kept, emotag=own_command(), python=shlex.quote(sys.executable)
    )
