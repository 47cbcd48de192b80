"""Apache Kafka itself, one node, by the script that EMOTAG_TEST_KAFKA names.

The script is called as `SCRIPT DATA_DIR PORT CONTROLLER_PORT [NODE_ID VOTERS]`, stays in the foreground, formats DATA_DIR when it
is new, and understands KAFKA_EXTRA ("key=value" lines for server.properties), KAFKA_FORMAT_ARGS and KAFKA_HEAP.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.brokers.admin import make_topic
from tests.brokers.ports import stable_port

SCRIPT_VARIABLE = "EMOTAG_TEST_KAFKA"
READY_SECONDS = 120.0
STOP_SECONDS = 30.0


class Apache:
    """One node, which is a cluster of its own unless it is told of others.

    Attributes:
        port: Of its first listener, plaintext.
        controller: Of its controller.
    """

    name = "apache"

    def __init__(
        self,
        *,
        extra: str = "",
        format_args: str = "",
        heap: str = "256m",
        node: tuple[int, str] | None = None,
        ports: tuple[int, int] | None = None,
    ) -> None:
        """Choose ports; `node` is its id and all voters (1@127.0.0.1:PORT,…) when it is one of several.

        `extra` may name {port} and {controller}, and {folder} for the folder of its data.
        """
        self.port, self.controller = ports or (stable_port(), stable_port())
        self.folder = Path(tempfile.mkdtemp(prefix="emotag-kafka-"))
        self._node = node
        values = {"port": self.port, "controller": self.controller, "folder": self.folder}
        self._environment = {
            **os.environ,
            "KAFKA_EXTRA": extra.format(**values),
            "KAFKA_FORMAT_ARGS": format_args,
            "KAFKA_HEAP": heap,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it without waiting."""
        if self.pid is not None:
            return
        script = os.environ[SCRIPT_VARIABLE]
        node = [str(part) for part in self._node or ()]
        command = [script, str(self.folder), str(self.port), str(self.controller), *node]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self, replicas: int = 1) -> None:
        """Wait until a topic can be made: the port opens about a second earlier."""
        until = time.monotonic() + READY_SECONDS
        while not make_topic(
            self.bootstrap, f"ready-{os.urandom(4).hex()}", partitions=1, replicas=replicas, patience=2.0
        ):
            if self.pid is None:
                raise RuntimeError(f"Apache Kafka ended:\n{self.said()}")
            if time.monotonic() > until:
                raise RuntimeError(f"Apache Kafka was not ready in {READY_SECONDS:g} s:\n{self.said()}")

    def said(self) -> str:
        """What it has printed."""
        return (self.folder / "output").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        self.kill()  # its data goes with it, so nothing is won by waiting
        shutil.rmtree(self.folder, ignore_errors=True)
