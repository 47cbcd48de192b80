"""The model behind LitServe, POST /predict. Run with --port."""

from __future__ import annotations

import argparse
from typing import Any

import litserve

from tests.benchmarks.peers.tagging import Tagging

BATCH = 64  # requests
WAIT_SECONDS = 0.001  # LitServe waits for a batch until then; the model takes less than that for one


class Tagger(litserve.LitAPI):
    """One worker that computes what the server has gathered."""

    def setup(self, device: str) -> None:
        self._tagging = Tagging()

    def decode_request(self, request) -> list[str]:  # without a type, or LitServe would look for it in the query
        return request["texts"]

    def batch(self, inputs: list[list[str]]) -> list[list[str]]:
        return inputs

    def predict(self, inputs: list[list[str]]) -> list[list[str]]:
        return self._tagging.batch(inputs)

    def unbatch(self, output: list[list[str]]) -> list[list[str]]:
        return output

    def encode_response(self, output: list[str]) -> dict[str, Any]:
        return {"labels": output}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    # One worker beside one API server is LitServe's default, and fills two cores. `fast_queue` is what its docs advise
    # for many small requests: ZeroMQ instead of a manager's queue. On a CPU asked for by name it needs no torch.
    server = litserve.LitServer(
        Tagger(max_batch_size=BATCH, batch_timeout=WAIT_SECONDS), accelerator="cpu", fast_queue=True
    )
    server.run(
        host="127.0.0.1", port=parser.parse_args().port, generate_client_file=False, log_level="error", access_log=False
    )
