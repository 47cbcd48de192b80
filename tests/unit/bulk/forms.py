"""Forms of input for tests of workers: importable, since workers are spawned."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from emotag.bulk.counts import Counts
from emotag.bulk.options import BulkOptions


@dataclass(frozen=True)
class Deadly:
    """Ends the process that tags a payload of "die": as often as `path` has no more lines than `times`."""

    path: Path
    times: int

    def tag(self, payload: Any, options: BulkOptions, output: BinaryIO) -> Counts:
        if payload == "die":
            with self.path.open("a") as file:
                file.write("x\n")
            if len(self.path.read_text().splitlines()) <= self.times:
                os._exit(9)
        output.write(str(payload).encode())
        return Counts(1)
