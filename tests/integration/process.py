"""`emotag serve` as a process of its own, and a small checkpoint for it to answer with."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Any, Self

import torch

from emotag.cli.main import main
from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.stored import stored_weights
from emotag_model.text import Tokenizer, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("joy", "thank", "you", "so", "much", "i", "am", "angry", "!", "?", ".", "this", "is", "fine")


def save_checkpoint(folder: Path, seed: int = 7) -> Path:
    """Write a checkpoint of random weights: whole, valid, and quick to load."""
    torch.manual_seed(seed)
    vocabulary = Vocabulary(WORDS)
    config = CnnBiSruConfig(
        vocabulary_size=len(vocabulary), embedding_size=8, label_count=len(OUTPUTS), conv_channels=(8, 4),
        sru_size=4, attention_heads=2,
    )  # fmt: skip
    Checkpoint(
        identity=Identity("tiny", "0.1.0", ""),
        config=config,
        tokenizer=Tokenizer(vocabulary),
        labels=default_labels(),
        weights=stored_weights(CnnBiSru(config)),
        card="# tiny\n",
    ).save(folder)
    return folder


def stuck_checkpoint(checkpoint: Path, folder: Path) -> Path:
    """Copy one so that it is never loaded: whoever reads it waits for as long as nobody writes to a pipe."""
    shutil.copytree(checkpoint, folder)
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")
    return folder


async def being_read(stuck: Path) -> int:
    """Wait until somebody reads such a checkpoint; returns the end of its pipe that is written to, for `os.close`."""
    while True:
        try:
            return os.open(stuck / "config.json", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody does yet
            await asyncio.sleep(0.02)


class Serving:
    """A server that is up while the context lasts.

    Attributes:
        events: What it has logged so far.
        port: Where it listens.
    """

    def __init__(
        self, checkpoint: Path, *options: str, variables: dict[str, str] | None = None, ready: bytes = b"tiny"
    ) -> None:
        """`ready` is in the line that it logs once it serves: by default that which names the model."""
        self._options = ("--checkpoint", str(checkpoint), "--devices", "cpu", "--log-format", "json", *options)
        self._variables = {**os.environ, "EMOTAG_PORT": "0", **(variables or {})}
        self.events: list[dict[str, Any]] = []
        self._ready = ready
        self.raw = ""
        self.port = 0

    async def __aenter__(self) -> Self:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "emotag", "serve", *self._options,
            env=self._variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._serving = asyncio.Event()
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(60):
            await self._serving.wait()
        assert self._ready.decode() in self.raw, self.raw
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self._reading
        if self.process.stdout is not None:
            await self.process.stdout.read()
        await self.process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    async def exit_code(self) -> int:
        """Wait for the end."""
        async with asyncio.timeout(60):
            await self._reading
            return await self.process.wait()

    async def stdout(self, lines: int) -> list[str]:
        """Read what it prints."""
        assert self.process.stdout is not None
        return [(await self.process.stdout.readline()).decode() for _ in range(lines)]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Events of one name."""
        return [logged for logged in self.events if logged["event"] == event]

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.raw += line.decode()
            if line.startswith(b"{"):
                self.events.append(json.loads(line))
            if self._ready in line:
                self.port = self.logged("serving")[0]["port"] if self.logged("serving") else 0
                self._serving.set()
        self._serving.set()


def exit_code(*arguments: str) -> int:
    """That of `emotag` with these arguments in this process, also where it ends at reading them."""
    try:
        return main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
