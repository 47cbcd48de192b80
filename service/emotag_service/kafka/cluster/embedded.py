"""The embedded broker: a Kafka-protocol broker as a child process, for the demo and for development, on loopback only.

It is the binary of the package noida-db: no Java, no Docker, up in milliseconds. Transactions, fencing and groups are
right; what it does not do rules it out for production: a member that dies without leaving its group is not expired,
transactions do not time out, one that is open when the broker stops is lost, and a crash of the broker loses the
records that it acknowledged last.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

HOST = "127.0.0.1"
# It reads all that it has when it starts, and writes all of it when it stops: 15 s for 200,000 records on a busy
# machine. Who kills it then loses them.
READY_SECONDS = STOP_SECONDS = 120.0
POLL_SECONDS = 0.01
_PACKAGE = "noida_db"
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # size, API 18 version 0, correlation 1, no client id
_LOADER_NOISE = re.compile(r".*weak version .* not found.*\n?")  # the dynamic linker's, harmless
_IN_USE = "already in use"


class BrokerFailedError(Exception):
    """The broker did not start, or ended by itself; the text holds what it printed."""


class EmbeddedBroker:
    """A broker that is up while the context lasts; `stop`, `kill` and `start` again keep port and data.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        bootstrap: The same, as clients want it.
    """

    def __init__(self, port: int = 0, data: Path | None = None) -> None:
        """Choose where it will be.

        Args:
            port: To listen on; 0 picks a free one.
            data: Folder that keeps its records, made when it is not there; None keeps them for this context only.
        """
        self.port = port or free_port()
        self._data = data
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._output: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """HOST:PORT."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process, or None when it is not up."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """Of the process, once it has ended; negative for a signal."""
        return None if self._process is None else self._process.poll()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start it and wait until it answers; returns at once when it is up.

        Raises:
            BrokerFailedError: It did not come up; its port is in use, for one.
            ModuleNotFoundError: Its package is not installed.
            OSError: Its data folder or its binary cannot be used.
        """
        if self.pid is not None:
            return
        try:
            self._process = self._launch()
            self._wait_until_ready(self._process)
        except BaseException:
            self.close()
            raise

    def wait(self) -> None:
        """Block until it ends, by itself or because another thread ends it; returns at once when it is not up."""
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """End it in order, so that it saves what it has; kills it when that takes too long. Idempotent."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except BaseException as error:
            self.kill()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise

    def kill(self) -> None:
        """End it as a crash would. Idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Stop it and remove what was kept for this context only. Idempotent."""
        try:
            self.stop()
        finally:
            if self._temporary is not None:
                self._temporary.cleanup()
                self._temporary = self._output = None

    def said(self) -> str:
        """What it has printed since it was started last."""
        if self._output is None or not self._output.exists():
            return ""
        return _LOADER_NOISE.sub("", self._output.read_text(errors="replace")).strip()[-4000:]

    def why_ended(self) -> str:
        """What to tell people of an end that nobody asked for."""
        said = self.said()
        if _IN_USE in said:
            return f"port {self.port} of {HOST} is in use; choose another, or 0 for a free one"
        return f"the broker ended with exit code {self.exit_code}:\n{said}"

    def _launch(self) -> subprocess.Popen[bytes]:
        binary = _binary()
        own = self._own_folder()
        data = self._data or own / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._output = own / "output"
        listen = ["--host", HOST, "--only", "kafka", "--kafka-port", str(self.port)]
        with self._output.open("wb") as output:
            # A session of its own: Ctrl-C reaches the caller alone, which then stops the broker in order.
            return subprocess.Popen(  # noqa: S603 - the binary of a pinned package
                [str(binary), "start", "--data-dir", str(data), *listen],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _own_folder(self) -> Path:
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="emotag-broker-")
        return Path(self._temporary.name)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it says that it listens (another's port would answer too) and answers."""
        until = time.monotonic() + READY_SECONDS
        while not (self.bootstrap in self.said() and answers(self.port)):
            if process.poll() is not None:
                raise BrokerFailedError(self.why_ended())
            if time.monotonic() > until:
                raise BrokerFailedError(f"the broker was not ready in {READY_SECONDS:g} s:\n{self.said()}")
            time.sleep(POLL_SECONDS)


def require_package() -> None:
    """Raise ModuleNotFoundError, which names it, when the broker's package is not installed."""
    files(_PACKAGE)


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something that speaks Kafka's protocol answers there: the request that every client begins with."""
    try:
        with socket.create_connection((HOST, port), 1.0) as connection:
            connection.sendall(_API_VERSIONS)
            return len(connection.recv(4)) > 0
    except OSError:
        return False


def _binary() -> Path:
    found = Path(str(files(_PACKAGE) / "noida-db"))
    if not os.access(found, os.X_OK):  # the wheel does not mark it as executable
        found.chmod(0o755)
    return found
