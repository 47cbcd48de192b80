"""A server for as long as the demo runs: a child process, waited for by its health, stopped whatever happens."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

READY_SECONDS = 120.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05


class ServerFailedError(Exception):
    """The server did not come up; the text says what it printed."""


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
        self._command = [*command, "--host", "127.0.0.1", "--port", str(port)]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # A session of its own: Ctrl-C reaches the demo alone, which then stops the server in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            self._command, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output, start_new_session=True
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._stop(self._process)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._stop(self._process)

    @property
    def exit_code(self) -> int | None:
        """The server's exit code, once it has ended."""
        return None if self._process is None else self._process.returncode

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + READY_SECONDS
        with grpc.insecure_channel(self.target, options=[("grpc.max_reconnect_backoff_ms", 100)]) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            while not _serves(stub):
                if process.poll() is not None:
                    raise ServerFailedError(f"the server ended with exit code {process.returncode}:\n{self._said()}")
                if time.monotonic() > until:
                    raise ServerFailedError(f"the server was not ready in {READY_SECONDS:g} s:\n{self._said()}")
                time.sleep(POLL_SECONDS)

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace").strip()[-4000:]

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except BaseException as error:
            process.kill()
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
        finally:
            self._output.close()


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
