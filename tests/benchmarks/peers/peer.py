"""The servers that people put a model behind, and how each is started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers.process import running, served
from tests.benchmarks.process import free_port

_CORE = ("numpy==2.4.6", "safetensors==0.8.0")  # what the native core needs: there is no torch in any of them
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Peer:
    """One of them.

    Attributes:
        name: For the table.
        distribution: Whose version the table shows; the first of the requirements.
        requirements: What pip installs in its environment.
        module: Its server file.
        path: Of its URL.
        arguments: That its server takes beside `--port`.
    """

    name: str
    distribution: str
    requirements: tuple[str, ...]
    module: str
    path: str
    arguments: tuple[str, ...] = ()

    @contextmanager
    def serving(self, python: Path) -> Iterator[str]:
        """Serve by an environment's interpreter; yields the URL once it gives labels."""
        port = free_port()
        url = f"http://{_HOST}:{port}{self.path}"
        command: Sequence[str] = [str(python), "-m", self.module, "--port", str(port), *self.arguments]
        with running(command) as process:
            served(url, process)
            yield url


def _peer(name: str, requirements: tuple[str, ...], path: str, arguments: tuple[str, ...] = ()) -> Peer:
    distribution = requirements[0].partition("==")[0].partition("[")[0]
    module = f"tests.benchmarks.peers.{distribution}_server"
    return Peer(name, distribution, (*requirements, *_CORE), module, path, arguments)


PEERS = (
    _peer("mosec", ("mosec==0.9.8",), "/inference", ("--address", _HOST)),
    _peer("FastAPI, micro-batcher", ("fastapi==0.165.0", "uvicorn[standard]==0.54.0"), "/predict"),
    _peer("LitServe", ("litserve==0.2.19",), "/predict"),
    _peer("Ray Serve", ("ray[serve]==2.60.0",), "/"),
)
MODEL2VEC = ("model2vec==0.10.0", "numpy==2.4.6")
