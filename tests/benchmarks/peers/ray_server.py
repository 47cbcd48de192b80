"""The model behind Ray Serve, POST /. Run with --port."""

from __future__ import annotations

import argparse
from typing import Any

import ray
from ray import serve
from starlette.requests import Request

from tests.benchmarks.peers.tagging import Tagging

BATCH = 64  # requests
WAIT_SECONDS = 0.001  # how long the first request of a batch waits for company; Ray's default is ten times as long
ONGOING = 256  # requests a replica holds: more than are in flight, or the proxy would hold them back from the batch


# One replica: its proxy is a process that fills the other core.
@serve.deployment(num_replicas=1, max_ongoing_requests=ONGOING, ray_actor_options={"num_cpus": 1})
class Tagger:
    """One replica that computes what `serve.batch` has gathered."""

    def __init__(self) -> None:
        self._tagging = Tagging()

    @serve.batch(max_batch_size=BATCH, batch_wait_timeout_s=WAIT_SECONDS)
    async def labels(self, requests: list[list[str]]) -> list[list[str]]:
        return self._tagging.batch(requests)

    async def __call__(self, request: Request) -> dict[str, Any]:
        return {"labels": await self.labels((await request.json())["texts"])}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    # A node of its own, even where a cluster is at hand: with no dashboard, no usage report, nothing else to run.
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(Tagger.bind(), blocking=True)
