"""The shipped model says the same of the same texts in this process and over gRPC."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.grpc.server import Server
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.tagging.local_engine import LocalEngine
from emotag_service.kafka.tagging.remote_engine import RemoteEngine
from emotag_service.messages.tag import MessageTag
from emotag_service.messages.untaggable import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.kafka.tagging.tag_engine import TagEngine

# gRPC's poller belongs to the process, and outlives a loop per test.
pytestmark = pytest.mark.asyncio(loop_scope="session")

OPENINGS = ("", "Honestly, ", "Look: ", "ok ", "@planner ", "As of build 4711, ")
BODIES = (
    "the deployment went through, thank you so much", "I can't believe they deleted the backups", "what is the status",
    "this is the third time the tests are flaky", "I am afraid we will miss the deadline", "the logs are attached",
    "well done everyone, what a week", "why would anybody merge that", "sorry, that was my mistake",
    "I wonder whether the cache is cold", "le rapport est prêt", "すごい、動いた",
)  # fmt: skip
ENDINGS = ("", ".", "!!!", "?", " 🎉", " :(", " — " + "and so on, " * 60)
TEXTS = ["".join(parts) for parts in product(OPENINGS, BODIES, ENDINGS)]
HOSTILE = ["", " \n", "\u200b", "x" * 5_000_000, "\ud800", "fine \udfff", "\x00", "a" * 65_536, "ä" * 32_769]


@pytest_asyncio.fixture(loop_scope="session", scope="module", params=["basic", "ekman", "goemotions"])
async def engines(request: pytest.FixtureRequest) -> AsyncIterator[tuple[TagEngine, TagEngine]]:
    served = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu:1")
    server = Server("127.0.0.1", 0)
    await asyncio.gather(served.start(), server.start(served))
    local = LocalEngine.from_checkpoint(devices="cpu:1", taxonomy=request.param)
    remote = RemoteEngine(f"grpc://127.0.0.1:{server.port}", taxonomy=request.param)
    await asyncio.gather(local.start(), remote.start())
    assert local.labels == remote.labels
    yield local, remote
    await asyncio.gather(local.close(), remote.close())
    await asyncio.gather(served.close(), server.stop())


async def tag(engine: TagEngine, texts: list[str], batch: int) -> list[MessageTag | Fault]:
    """In batches of some size, all under way at once."""
    session = engine.session("t/0")
    readings = [Reading(text, id="1", sender="ann", conversation_id="c" * 300) for text in texts]
    parts = [await session.submit(readings[start : start + batch]) for start in range(0, len(readings), batch)]
    answers = [answer for part in parts for answer in await part]
    await session.close()
    return answers


async def test_several_hundred_texts(engines: tuple[TagEngine, TagEngine]):
    assert len(set(TEXTS)) > 500
    local, remote = engines
    for one, other in zip(await tag(local, TEXTS, 256), await tag(remote, TEXTS, 100), strict=True):
        assert isinstance(one, MessageTag)
        assert isinstance(other, MessageTag)
        assert (one.label, one.labels, one.uncertain, one.truncated) == (
            other.label, other.labels, other.uncertain, other.truncated,
        )  # fmt: skip
        assert (one.taxonomy, one.model) == (other.taxonomy, other.model)
        assert one.score == pytest.approx(other.score, abs=1e-5)
        assert one.categories == other.categories
        assert one.scores == pytest.approx(other.scores, abs=1e-5)


async def test_what_is_written_is_the_same_where_batches_are(engines: tuple[TagEngine, TagEngine]):
    """One text at a time is the same batch on both sides: then not a digit differs."""
    local, remote = engines
    for text in TEXTS[::25]:
        documents = [(await tag(engine, [text], 1))[0].document() for engine in (local, remote)]  # type: ignore[union-attr]
        for document in documents:
            assert document.pop("tagged-at")
        assert documents[0] == documents[1]


async def test_what_cannot_be_tagged_has_the_same_fault(engines: tuple[TagEngine, TagEngine]):
    local, remote = engines
    one, other = await tag(local, HOSTILE, 4), await tag(remote, HOSTILE, 4)
    assert [answer for answer in one if isinstance(answer, Fault)] == [
        answer for answer in other if isinstance(answer, Fault)
    ]
    assert [answer.reason if isinstance(answer, Fault) else "" for answer in one] == [
        "NO_TEXT", "INVALID_MESSAGE", "INVALID_MESSAGE", "TEXT_TOO_LONG", "WRONG_ENCODING", "WRONG_ENCODING",
        "INVALID_MESSAGE", "", "TEXT_TOO_LONG",
    ]  # fmt: skip
