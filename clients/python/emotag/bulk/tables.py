"""Parquet: cut into parts, tagged, and put together again with every column as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa

from emotag.bulk.arrow import check_schema, tagged
from emotag.bulk.counts import Counts
from emotag.bulk.tagger import process_tagger
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from emotag.bulk.options import BulkOptions

ROWS: Final = 8_192  # of a part
BYTES: Final = 16 << 20  # of a part, by what the file says of its columns
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
            batches = file.iter_batches(batch_size=_rows(file.metadata), use_threads=False)
            while (batch := self._next(batches)) is not None:
                done += batch.num_rows
                yield _streamed([batch], batch.schema), batch.num_rows, size * done // total
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
        except pa.ArrowInvalid as error:
            raise self._damaged(error) from error

    def _next(self, batches: Iterator[Any]) -> Any:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self.path}: is damaged, or not Parquet: {error}", field="input")


def _streamed(batches: list[Any], schema: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _rows(metadata: Any) -> int:
    """Return how many rows fit into a part, by the row group with the widest ones."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    widest = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return max(1, min(ROWS, BYTES // max(1, widest)))
