"""The tagger over an engine that answers at once: what everything but the model costs.

Its loop, codec, rewriter and client are those of `emotag tag-topic`; its answers are made up, as many and as large as
real ones. Run as `python -m tests.benchmarks.kafka.instant`; with --profile it says at SIGTERM where its time went.
"""

from __future__ import annotations

import asyncio
import cProfile
import signal
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.rewriter import Rewriter
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.kafka.tagging.tagger import Tagger
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.process.lifetime import freeze_what_is_loaded
from tests.benchmarks.kafka.arguments import Copy

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
MODEL = ModelName("instant", "1.0.0", "0" * 64)


def _tag(seed: int) -> MessageTag:
    scores = tuple((seed * 7 + place * 13) % 997 / 998 for place in range(len(LABELS)))
    label, score = max(zip(LABELS, scores, strict=True), key=lambda pair: pair[1])
    return MessageTag(label, score, (label,), LABELS, scores, "ekman", MODEL, time.time() + seed)


# Made before anything is measured: to compute a tag is not what this is about.
ANSWERS = [_tag(seed) for seed in range(LoopSettings(group="any", topics=("any",)).batch_records)]


class InstantSession:
    """Answers at once."""

    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag]]:
        """See the protocol."""
        answered: asyncio.Future[Sequence[MessageTag]] = asyncio.get_running_loop().create_future()
        answered.set_result(ANSWERS[: len(readings)])
        return answered

    async def close(self) -> None:
        """Nothing is under way."""


class InstantEngine:
    """Opens sessions that answer at once."""

    async def start(self) -> None:
        """Nothing to make ready."""

    def session(self, name: str) -> InstantSession:
        """See the protocol."""
        return InstantSession()

    async def close(self) -> None:
        """Nothing to end."""


async def run(what: Copy) -> None:
    """Tag until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = LoopSettings(
        group=what.group,
        topics=(what.input,),
        delivery="exactly-once" if what.exactly_once else "at-least-once",
        transaction_seconds=what.transaction_seconds,
        transaction_records=what.transaction_records,
    )
    rewriter = Rewriter(make_codec("json"), Routes(output=what.output, inputs=(what.input,)))
    client = {"bootstrap_servers": what.bootstrap}
    freeze_what_is_loaded()
    await Tagger(settings, client, InstantEngine(), rewriter, Meters()).run(stop)


def main() -> None:
    """Run, under the profiler when a file for its figures is named."""
    what = Copy.read(__doc__)
    if what.profile:
        profiler = cProfile.Profile()
        profiler.runcall(asyncio.run, run(what))
        profiler.dump_stats(Path(what.profile))
    else:
        asyncio.run(run(what))


if __name__ == "__main__":
    main()
