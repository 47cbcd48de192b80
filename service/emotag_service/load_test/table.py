"""A load test as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_service.load_test.step import LoadReport, Step, Waits

_HEADINGS = (
    "calls", "load", "arrive/s", "tagged/s", "in time/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "refused",
    "refused p99 ms", "failed", "held back", "late p99 ms",
)  # fmt: skip


def table(report: LoadReport) -> str:
    """The steps as a table, and below it what was found of answers, refusals and failures."""
    capacity = ", ".join(f"{calls} {rate:,.0f}/s" for calls, rate in report.capacity.items())
    lines = [
        f"{report.target}, {report.texts}" + (f"; tags at most: {capacity}" if capacity else ""),
        "",
        *_aligned([_HEADINGS, *(_cells(step) for step in report.steps)]),
        "",
        *_notes(report.steps),
    ]
    if report.interrupted:
        lines.append("Interrupted: the last step is as long as it came.")
    return "\n".join(lines)


def wrong(step: Step) -> str:
    """What was wrong with the answers of a step; empty when nothing was."""
    found = {
        "lost": step.lost,
        "not answered within --patience": step.unanswered,
        "answered twice": step.duplicates,
        "out of order": step.misordered,
        "for nothing that was sent": step.unknown,
    }
    return ", ".join(f"{number:,} {what}" for what, number in found.items() if number)


def _notes(steps: Iterable[Step]) -> list[str]:
    lines = []
    for step in steps:
        name = f"{step.calls} at {step.rate:,.0f}/s"
        if not step.correct:
            lines.append(f"{name}: WRONG ANSWERS: {wrong(step)}")
        reasons = [f"{each.messages:,} {each.reason}" for each in step.refusals]
        reasons += [f"{number:,} {reason} (failed)" for reason, number in step.failures.items()]
        if reasons:
            lines.append(f"{name}: {', '.join(reasons)}")
    if all(step.correct for step in steps):
        lines.append("Every message that was sent had one answer, its own and in its place.")
    return lines


def _cells(step: Step) -> tuple[str, ...]:
    waits = _waits(step.waits)
    refused = max((each.waits.p99_ms for each in step.refusals), default=None)
    return (
        step.calls,
        "" if step.load is None else f"{step.load:g}x",
        f"{step.rate:,.0f}",
        f"{step.throughput:,.0f}",
        f"{step.goodput:,.0f}",
        *waits,
        f"{step.refused:,}",
        "" if refused is None else _figure(refused),
        f"{sum(step.failures.values()):,}",
        f"{step.held_back:,}",
        _figure(step.late_p99_ms),
    )


def _waits(waits: Waits | None) -> tuple[str, ...]:
    if waits is None:
        return ("", "", "", "")
    return tuple(_figure(each) for each in (waits.p50_ms, waits.p90_ms, waits.p99_ms, waits.p999_ms))


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
