"""A server for as long as the demo runs: a child process, waited for by its health, stopped whatever happens."""

from __future__ import annotations

import socket
import sys
import time
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from emotag.cli.child import Child

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

READY_SECONDS = 120.0
POLL_SECONDS = 0.05


class DemoServer:
    """`emotag serve` on a free port of this machine.

    Attributes:
        target: Where it listens.
    """

    def __init__(
        self, command: tuple[str, ...] = (sys.executable, "-m", "emotag", "serve"), port: int | None = None
    ) -> None:
        """`command` starts the server; host and port, by default a free one, are added to it."""
        port = free_port() if port is None else port
        self.target = f"127.0.0.1:{port}"
        self._child = Child("the server", [*command, "--host", "127.0.0.1", "--port", str(port)])

    def __enter__(self) -> Self:
        self._child.start()
        try:
            self._wait_until_ready()
        except BaseException:
            self._child.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()

    @property
    def exit_code(self) -> int | None:
        """The server's exit code, once it has ended."""
        return self._child.exit_code

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        with grpc.insecure_channel(self.target, options=[("grpc.max_reconnect_backoff_ms", 100)]) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            while not _serves(stub):
                late = time.monotonic() > until
                self._child.check(f"was not ready in {READY_SECONDS:g} s" if late else "")
                time.sleep(POLL_SECONDS)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serves(stub: health_pb2_grpc.HealthStub) -> bool:
    try:
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1.0)
    except grpc.RpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
