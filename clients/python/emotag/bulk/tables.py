"""Parquet: cut into parts, tagged, and put together again with every column as it was."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa

from emotag.bulk.arrow import check_schema, tagged
from emotag.bulk.counts import Counts
from emotag.bulk.tagger import process_tagger
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from emotag.bulk.options import BulkOptions

ROWS: Final = 8_192  # of a part
BYTES: Final = 16 << 20  # of a part, in memory
_STEP: Final = 64  # rows that are read at once to see how large they are
GROUP_ROWS, GROUP_BYTES = 131_072, 64 << 20  # of a row group that is written


@dataclass(frozen=True, slots=True)
class Tables:
    """A Parquet file; its output names the model in the metadata of its schema, as `emotag.model`."""

    path: Path

    def check(self, options: BulkOptions) -> None:
        """See that there are texts, and room for tags.

        Raises:
            InvalidArgumentError: There are not, or it is not a Parquet file.
        """
        with self._open() as file:
            try:
                check_schema(file.schema_arrow, options.text_field)
            except InvalidArgumentError as error:
                raise InvalidArgumentError(f"{self.path}: {error}", field=error.field) from error

    def parts(self) -> Iterator[tuple[Any, int, int]]:
        """Yield batches as Arrow's stream has them, their rows, and about how many bytes of the file were read.

        Raises:
            OSError: The file can not be read.
            InvalidArgumentError: It is damaged.
        """
        size, done = self.path.stat().st_size, 0
        with self._open() as file:
            total = max(1, file.metadata.num_rows)
            for batch in self._batches(file, _rows(self._sizes(file))):
                for piece in _pieces(batch):
                    done += piece.num_rows
                    yield _streamed([piece], piece.schema), piece.num_rows, size * done // total
            if not done:
                yield _streamed([], file.schema_arrow), 0, size  # its output has columns all the same

    def tag(self, payload: bytes, options: BulkOptions, output: BinaryIO) -> Counts:
        """Write the batch with the columns of tags, as a file of Arrow."""
        table = pa.ipc.open_stream(payload).read_all()
        tagger = process_tagger(options.checkpoint)
        made, tags = tagged(table, options.text_field, tagger, taxonomy=options.taxonomy, scores=options.scores)
        model = tagger.info.model
        made = made.replace_schema_metadata(
            {**(made.schema.metadata or {}), "emotag.model": f"{model.name} {model.version} {model.digest}"}
        )
        with pa.ipc.new_file(output, made.schema) as file:
            file.write_table(made)
        return Counts.of(tags)

    def join(self, parts: Sequence[Path], output: BinaryIO) -> None:
        """Write the parts as one file, in row groups of a size that readers like."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - half a second, which workers need not wait for

        with pq.ParquetWriter(output, pa.ipc.open_file(parts[0].read_bytes()).schema) as writer:
            waiting: list[Any] = []
            for part in parts:
                waiting.append(pa.ipc.open_file(part.read_bytes()).read_all())
                if sum(map(len, waiting)) >= GROUP_ROWS or sum(table.nbytes for table in waiting) >= GROUP_BYTES:
                    writer.write_table(pa.concat_tables(waiting))
                    waiting = []
            if waiting:
                writer.write_table(pa.concat_tables(waiting))

    def _open(self) -> Any:
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above

        try:
            return pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20)
        except (pa.ArrowInvalid, OSError) as error:
            if _of_the_system(error):
                raise
            raise self._damaged(error) from error

    def _sizes(self, file: Any) -> Iterator[int]:
        """Yield how many bytes each few rows have once they are decoded.

        A file does not say: a value that is in all rows is in there once. Read by a few rows, it is seen in little
        memory. Columns that are dictionaries are left out: they stay so, and each few rows would have all of one.
        Columns whose values are of one size need not be read for it.
        """
        read, bits = [], 0
        for field in file.schema_arrow:
            if "dictionary<" in str(field.type):
                continue
            try:
                bits += field.type.bit_width + 1  # one says whether there is a value
            except ValueError:
                read.append(field.name)
        if not read:
            yield from _steps(min(file.metadata.num_rows, ROWS), bits)  # all others are like them
            return
        for batch in self._batches(file, _STEP, columns=read):
            yield batch.nbytes + batch.num_rows * bits // 8

    def _batches(self, file: Any, rows: int, **options: Any) -> Iterator[Any]:
        batches = file.iter_batches(batch_size=rows, use_threads=False, **options)
        while (batch := self._next(batches)) is not None:
            yield batch

    def _next(self, batches: Iterator[Any]) -> Any:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            if _of_the_system(error):
                raise
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self.path}: is damaged, or not Parquet: {error}", field="input")


def _steps(rows: int, bits: int) -> Iterator[int]:
    for start in range(0, rows, _STEP):
        yield min(_STEP, rows - start) * bits // 8


def _of_the_system(error: Exception) -> bool:
    """Whether it is about reading, such as a file that may not be read; Arrow has OSErrors for damage, too."""
    return isinstance(error, OSError) and error.errno is not None


def _streamed(batches: list[Any], schema: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _rows(sizes: Iterable[int]) -> int:
    """Return how many rows are read at once, by the bytes of each few: twice as many while they have room everywhere.

    There is room for twice the largest few: whoever has those in memory has that as well.
    """
    doublings = range((ROWS // _STEP).bit_length())
    begun, largest = [0 for _ in doublings], [0 for _ in doublings]
    for place, size in enumerate(sizes, start=1):
        for each in doublings:
            begun[each] += size
            largest[each] = max(largest[each], begun[each])
            if place % (1 << each) == 0:
                begun[each] = 0
    room = max(BYTES, 2 * largest[0])
    return _STEP << sum(1 for _ in takewhile(lambda most: most <= room, largest[1:]))


def _pieces(batch: Any) -> Iterator[Any]:
    """Yield a batch in halves of halves that have room in a part; what all its rows share, a dictionary, counts not."""
    if batch.num_rows < 2 or batch.nbytes - batch.slice(0, 0).nbytes <= BYTES:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))
