"""Memory comes back: a server that changes its checkpoint again and again stays as large as it was after some changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil

from emotag import AsyncEmotionClient
from emotag.v1 import admin_service_pb2 as pb
from emotag_model.checkpoint import Checkpoint, Identity, default_checkpoint
from tests.integration.models import admin_of
from tests.integration.process import WORDS, Serving

SWAPS = 6  # in each half
MODEL_BYTES = 11 << 20  # of the tables alone; one model kept per swap takes more than thrice as much
BOUND_BYTES = SWAPS * MODEL_BYTES // 2


async def test_a_dozen_swaps_take_no_more_memory_than_half_a_dozen(tmp_path: Path) -> None:
    folders = [str(tmp_path / version) for version in ("1.0.0", "2.0.0")]
    for folder in folders:
        identity = Identity("tiny", Path(folder).name, "")
        replace(Checkpoint.load(default_checkpoint()), identity=identity).save(Path(folder))
    async with Serving(Path(folders[0])) as server:
        process = psutil.Process(server.process.pid)
        channel, admin = admin_of(server)
        after = []
        async with channel, AsyncEmotionClient(f"127.0.0.1:{server.port}") as client:
            for swap in range(1, 2 * SWAPS + 1):
                await admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=folders[swap % 2]))
                tags = await client.classify_many([" ".join(WORDS)] * 64)
                assert not any(tag.error for tag in tags)
                after.append(process.memory_info().rss)
    grown = after[-1] - after[SWAPS - 1]
    assert grown < BOUND_BYTES, [f"{size >> 20} MiB" for size in after]
