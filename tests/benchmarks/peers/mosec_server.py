"""The model behind mosec, POST /inference. Run with `--address 127.0.0.1 --port P`, which mosec reads itself."""

from __future__ import annotations

from typing import Any

from mosec import Server, Worker

from tests.benchmarks.peers.tagging import Tagging

BATCH = 64  # requests: mosec's own examples take 16 to 64
WAIT_MILLISECONDS = 1  # the least there is: the model takes less than that for a batch
PROCESSES = 1  # a second worker leaves nothing of two cores to mosec's own front, its controller and the client


class Tagger(Worker):
    """One process that computes what mosec's controller, written in Rust, has gathered; JSON is mosec's default."""

    def __init__(self) -> None:
        self._tagging = Tagging()

    def forward(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"labels": labels} for labels in self._tagging.batch([request["texts"] for request in data])]


if __name__ == "__main__":
    server = Server()
    server.append_worker(Tagger, num=PROCESSES, max_batch_size=BATCH, max_wait_time=WAIT_MILLISECONDS)
    server.run()
