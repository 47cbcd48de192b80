"""Tables in Markdown, and their places in a document that commands keep up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose rows are as wide as its head."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def put_between(path: Path, name: str, content: str) -> None:
    """Replace what stands in `path` between the lines `<!-- name -->` and `<!-- /name -->`.

    Raises TextDataError when one of them is missing or they stand the wrong way round, OSError as files do.
    """
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(f"{begin}\n")
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise TextDataError(f"{path}: needs a line {begin} and, after it, a line {end}")
    path.write_text(f"{before}{begin}\n\n{content}\n\n{end}{after}", encoding="utf-8")
