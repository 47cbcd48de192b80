"""What tests of a server that changes its model need: its AdminService, and what each model says in process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from grpc import aio

from emotag.v1.admin_service_pb2_grpc import AdminServiceStub
from emotag_model.checkpoint import Checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.process import Serving


def admin_of(server: Serving) -> tuple[aio.Channel, Any]:
    """A channel to a server, and its AdminService over it."""
    channel = aio.insecure_channel(f"127.0.0.1:{server.port}")
    return channel, AdminServiceStub(channel)


async def tags_of(checkpoint: Path, texts: list[str]) -> tuple[str, dict[str, Any]]:
    """Digest of a checkpoint, and what it says of texts, in process."""
    loaded = Checkpoint.load(checkpoint)
    engine = Engine.from_checkpoint(loaded, devices="cpu")
    await engine.start()
    tags = await engine.classify([Message(text) for text in texts], Options(all_scores=True))
    await engine.close()
    return loaded.identity.digest, dict(zip(texts, tags, strict=True))


def check_named(answered: list[Any], said: dict[str, str], expected: dict[str, dict[str, Any]]) -> None:
    """Each tag is what the model that it names says of its message in process, and each model made many of them."""
    for tag in answered:
        own = expected[tag.model.digest][said[tag.message_id]]
        assert tag.error is None
        assert list(tag.scores.values()) == pytest.approx(own.scores.tolist(), abs=1e-6)
        assert (tag.label, tag.labels) == (own.label, own.labels)
    made = Counter(tag.model.digest for tag in answered)
    assert set(made) == set(expected)
    assert min(made.values()) > 1_000
