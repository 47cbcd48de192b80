"""The output folder of a bulk run: what it was asked for, which parts are done, and what is finished.

OUTPUT/talk.jsonl                      a finished output, moved here whole
OUTPUT/.emotag/run.json                inputs, options and model of the run
OUTPUT/.emotag/0-finished.json         counts of an input that is finished
OUTPUT/.emotag/0-part-000007           a part of one that is not
OUTPUT/.emotag/0-part-000007.json      its counts, written after it: with them the part is done
"""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from emotag.bulk.counts import Counts
from emotag.bulk.whole import UNFINISHED, whole_file
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

STATE = ".emotag"


class RunFolder:
    """One run's folder, held by one process at a time.

    Attributes:
        state: Where parts are; of one file system with the outputs.
    """

    def __init__(self, output: Path, wanted: dict[str, Any]) -> None:
        """Make the folder, or take up the run in it.

        Raises:
            InvalidArgumentError: It holds another run, or files by the names of outputs; says what to do.
            OSError: It can not be written.
        """
        self._output = output
        self.state = output / STATE
        self._names = [Path(each["path"]).name for each in wanted["inputs"]]
        if not self.state.is_dir():
            self._refuse_files()
        self.state.mkdir(parents=True, exist_ok=True)
        self._lock = (self.state / "lock").open("wb")
        try:
            self._hold()
            self._begin(wanted)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    def part(self, place: int, number: int) -> Path:
        """Where a part of an input is."""
        return self.state / f"{place}-part-{number:06}"

    def counts(self, part: Path, rows: int) -> Counts | None:
        """Counts of a part that is done, or None; one that was cut otherwise, with other rows, is not."""
        found = _read(part.with_suffix(".json"))
        return Counts.read(found) if found is not None and found["rows"] == rows and part.is_file() else None

    def finished(self, place: int) -> Counts | None:
        """Counts of an input that is finished, or None."""
        found = _read(self.state / f"{place}-finished.json")
        return Counts.read(found) if found is not None and self.target(place).is_file() else None

    def target(self, place: int) -> Path:
        """Where the output of an input is."""
        return self._output / self._names[place]

    def finish(self, place: int, counts: Counts, parts: Sequence[Path]) -> None:
        """Note that an output is in its place, and remove its parts."""
        write_json(self.state / f"{place}-finished.json", counts.as_dict(), self.state)
        for part in parts:
            part.with_suffix(".json").unlink(missing_ok=True)
            part.unlink(missing_ok=True)

    def _refuse_files(self) -> None:
        there = [name for name in self._names if (self._output / name).exists()]
        if there:
            raise InvalidArgumentError(
                f"--output {self._output}: has a file {there[0]} of another making; name another folder, or remove it",
                field="output",
            )

    def _hold(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidArgumentError(
                f"--output {self._output}: another `emotag tag-files` writes there; wait for it, or name another",
                field="output",
            ) from None
        for left in self.state.glob(f"*{UNFINISHED}"):
            left.unlink(missing_ok=True)

    def _begin(self, wanted: dict[str, Any]) -> None:
        path = self.state / "run.json"
        found = _read(path)
        if found is None:
            self._refuse_files()
            write_json(path, wanted, self.state)
        elif found != wanted:
            changed = [name for name in wanted if found.get(name) != wanted[name]]
            raise InvalidArgumentError(
                f"--output {self._output}: holds a run with {' and '.join(map(_said, changed))}; name another folder, "
                f"or remove {self.state} and its outputs to begin again",
                field="output",
            )


def write_json(path: Path, values: dict[str, Any], folder: Path) -> None:
    """Write a file of JSON, whole."""
    with whole_file(path, folder) as file:
        file.write(json.dumps(values, indent=1).encode())


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return found


def _said(name: str) -> str:
    return {"inputs": "other inputs, or ones that have changed since", "model": "another model"}.get(
        name, f"other {name}"
    )
