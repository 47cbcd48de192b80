"""A bulk run: files in, files with tags out; whatever ends it, the same run goes on where it was."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotag.bulk.counts import Counts
from emotag.bulk.lines import Lines
from emotag.bulk.run_folder import RunFolder
from emotag.bulk.tagger import process_tagger
from emotag.bulk.whole import whole_file
from emotag.bulk.workers import Part, Workers
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emotag.bulk.options import BulkOptions
    from emotag.bulk.tables import Tables

FORMATS = ("auto", "jsonl", "parquet")
_CUT = 2  # counted up when inputs are cut into other parts: those that an earlier version left would not fit
_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


class BulkRun:
    """Tags files; each has an output of its name, with its rows in their order.

    Attributes:
        size: Bytes of all inputs.
        counts: Of all rows whose tags are on the disk.
        kept: How many of those an earlier call has left.
        begun: The output folder holds this run, to go on with.
    """

    def __init__(self, inputs: Sequence[Path], output: Path, options: BulkOptions, form: str = "auto") -> None:
        """Look at the inputs.

        Raises:
            InvalidArgumentError: An input or an option can not be used; names it and the fix.
            OSError: An input can not be read.
        """
        self._inputs = [path.absolute() for path in inputs]  # a link's own name, which is its output's
        self._output = output.resolve()
        self._check_places()
        self._forms = [_form(path, form) for path in self._inputs]
        for each in self._forms:
            each.check(options)
        self._options = options
        self.size = sum(path.stat().st_size for path in self._inputs)
        self.counts, self.kept, self.begun = Counts(), 0, False
        self._before = self._read = 0  # bytes of inputs that are done, and of the one at hand

    def position(self) -> int:
        """Bytes of the inputs that were read."""
        return self._before + self._read

    def run(self, workers: int) -> Iterator[Counts]:
        """Do it; yields the counts of every part once it is on the disk.

        Raises:
            InvalidArgumentError: The folder holds another run, or an input is damaged or changed meanwhile.
            InternalError: A worker died twice over the same part.
            OSError: Something can not be read or written. What is done stays done.
        """
        wanted = self._wanted()
        with RunFolder(self._output, wanted) as folder, Workers(workers, self._options) as pool:
            self.begun = True
            for place, form in enumerate(self._forms):
                if (finished := folder.finished(place)) is not None:
                    self._keep(finished)
                else:
                    yield from self._tag_input(folder, pool, place, form, wanted["inputs"][place])
                self._before, self._read = self._before + wanted["inputs"][place]["size"], 0

    def _tag_input(
        self, folder: RunFolder, pool: Workers, place: int, form: Lines | Tables, identity: dict[str, Any]
    ) -> Iterator[Counts]:
        counts, paths = Counts(), list[Path]()
        for done in pool.tag(self._open_parts(folder, place, form, counts, paths)):
            counts.add(done)
            self.counts.add(done)
            yield done
        if _identity(form.path) != identity:
            raise InvalidArgumentError(
                f"{form.path}: changed while it was read; remove {folder.state} and its outputs to begin again",
                field="input",
            )
        with whole_file(folder.target(place), folder.state) as file:
            form.join(paths, file)
        folder.finish(place, counts, paths)

    def _open_parts(
        self, folder: RunFolder, place: int, form: Lines | Tables, counts: Counts, paths: list[Path]
    ) -> Iterator[Part]:
        """Cut an input and yield the parts that are not done; those that are go to the counts, all to the paths."""
        for number, (payload, rows, read) in enumerate(form.parts()):
            path = folder.part(place, number)
            paths.append(path)
            self._read = read
            if (kept := folder.counts(path, rows)) is not None:
                counts.add(kept)
                self._keep(kept)
            else:
                yield Part(form, payload, path)

    def _keep(self, counts: Counts) -> None:
        self.counts.add(counts)
        self.kept += counts.rows

    def _check_places(self) -> None:
        names: dict[str, Path] = {}
        files: dict[Path, Path] = {}
        for path in self._inputs:
            if not path.is_file():
                raise InvalidArgumentError(f"{path}: {_no_file(path)}", field="input")
            if self._output in (path.parent.resolve(), path.resolve().parent):
                raise InvalidArgumentError(f"--output {self._output}: holds the input {path.name}; name another folder")
            if path.name in names:
                raise InvalidArgumentError(
                    f"{path}: has the name of {names[path.name]}, and so would its output; give them apart"
                )
            if (other := files.setdefault(path.resolve(), path)) != path:
                raise InvalidArgumentError(f"{path}: is the same file as {other}; give it once")
            names[path.name] = path

    def _wanted(self) -> dict[str, Any]:
        tagger = process_tagger(self._options.checkpoint)
        tagger.columns([], taxonomy=self._options.taxonomy)  # a bad name is refused before anything is written
        return {
            "inputs": [_identity(path) for path in self._inputs],
            "options": asdict(self._options),
            "parts": _CUT,
            "model": asdict(tagger.info.model),
        }


def _no_file(path: Path) -> str:
    if path.is_dir():
        return f"is a folder; name its files, such as {path}/*.jsonl"
    return "is no regular file; write it to one, which can be read again" if path.exists() else "there is no such file"


def _identity(path: Path) -> dict[str, Any]:
    status = path.stat()
    return {"path": str(path), "size": status.st_size, "modified": status.st_mtime_ns}


def _form(path: Path, name: str) -> Lines | Tables:
    if name == "auto":
        name = _ENDINGS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix, "")
    if name == "jsonl":
        return Lines(path)
    if name == "parquet":
        from emotag.bulk.tables import Tables  # noqa: PLC0415 - needs pyarrow, which lines do not

        return Tables(path)
    raise InvalidArgumentError(
        f"{path}: its name does not say what it is; give --format jsonl or --format parquet", field="format"
    )
