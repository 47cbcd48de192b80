"""One line of the table of peers."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from tests.benchmarks.peers.outcome import Outcome

_HEADINGS = ("what", "texts", "calls", "messages/s", "p50 ms", "p99 ms", "ratio", "lost", "wrong", "version")


@dataclass(frozen=True)
class Line:
    """Medians over the counted measurements of one subject under one load, or why there are none.

    Attributes:
        what: The subject.
        version: Of the subject, or "" where it was not installed.
        texts: What was read.
        calls: How it was asked.
        rate: Rightly labelled messages a second.
        p50: Milliseconds of a call; on a stream, of a message.
        p99: As `p50`.
        ratio: Median over pairs of this rate / that of emotag asked in the same way, measured in turn; None where emotag
            answered nothing.
        lost: Messages without an answer, in all measurements.
        wrong: Messages with another label than in process, in all measurements.
        why: Not measured, or messages were lost: the reason, or "".
    """

    what: str
    version: str = ""
    texts: str = ""
    calls: str = ""
    rate: float | None = None
    p50: float | None = None
    p99: float | None = None
    ratio: float | None = None
    lost: int = 0
    wrong: int = 0
    why: str = ""

    @classmethod
    def of(cls, what: str, version: str, texts: str, calls: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> Self:
        """Make one of (emotag's, its own) outcomes; for emotag itself both are the same."""
        own = [outcome for _, outcome in pairs]
        return cls(
            what,
            version,
            texts,
            calls,
            rate=statistics.median(each.rate for each in own),
            p50=statistics.median(each.milliseconds(50) for each in own),
            p99=statistics.median(each.milliseconds(99) for each in own),
            ratio=statistics.median(theirs.rate / mine.rate for mine, theirs in pairs)
            if all(mine.rate for mine, _ in pairs)
            else None,
            lost=sum(each.lost for each in own),
            wrong=sum(each.wrong for each in own),
            why=next((each.failure for each in own if each.failure), ""),
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def table(lines: Sequence[Line]) -> str:
    """The lines as text, columns aligned; what failed says why below its line."""
    cells = [_HEADINGS, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([shown[0], *(_with_reason(text, line) for text, line in zip(shown[1:], lines, strict=True))])


def _with_reason(text: str, line: Line) -> str:
    return f"{text}\n  {line.why}" if line.why else text


def _cells(line: Line) -> tuple[str, ...]:
    if line.rate is None:
        return (line.what, "", "", "not measured", "", "", "", "", "", line.version)
    figures = [_figure(value) for value in (line.rate, line.p50, line.p99)]
    return (
        *(line.what, line.texts, line.calls, *figures),
        *(f"{_figure(line.ratio)}x", f"{line.lost:,}", f"{line.wrong:,}", line.version),
    )


def _figure(value: float | None) -> str:
    if value is None or value != value:  # noqa: PLR0124 - not a number: no call was answered
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
