"""Assembles the page: one HTML file that asks for nothing else, with whatever users wrote escaped."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

from emotag_model.evaluation.page.plots import confusion_png, f1_png, reliability_png
from emotag_model.evaluation.page.views import by_length, confusion, mistakes
from emotag_model.evaluation.report import DEFINITIONS
from emotag_model.evaluation.zero_shot import RULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from emotag_model.evaluation.assessment import Assessment
    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.text.examples import Example

_MISTAKES = 50
_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .7em; border-bottom: 1px solid #ddd }
th { text-align: left } td.number { text-align: right; font-variant-numeric: tabular-nums }
td.text { overflow-wrap: anywhere } img { max-width: 100%; height: auto } .note { color: #555 }"""


def write_page(
    path: Path,
    title: str,
    notes: Sequence[str],
    examples: Sequence[Example],
    judged: Iterable[tuple[Outcome, Assessment]],
) -> None:
    """Write the page of one evaluation; `notes` says what was judged and what was left out."""
    sections = "\n".join(_section(outcome, assessment, examples) for outcome, assessment in judged)
    path.write_text(
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{_safe(title)}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<h1>{_safe(title)}</h1>\n"
        f"{''.join(f'<p>{_safe(note)}</p>' for note in notes)}\n{sections}\n"
        f'<p class="note">{_safe(DEFINITIONS)}</p>\n<p class="note">{_safe(RULE)}</p>\n</body>\n</html>\n',
        encoding="utf-8",
    )


def _section(outcome: Outcome, assessment: Assessment, examples: Sequence[Example]) -> str:
    left_out = confusion(outcome).left_out
    parts = [
        f"<h2>{_safe(outcome.name)}</h2>",
        _figures(assessment),
        "<h3>Labels</h3>",
        _labels(assessment),
        _image("F1 of each label, with how many messages truly have it", f1_png(outcome)),
        "<h3>What is taken for what</h3>",
        _image(
            f"Shares of tags among messages with one true label; {left_out:,} with none or several are left out",
            confusion_png(outcome),
        ),
        "<h3>Calibration</h3>",
        _image("Share of right tags over their score; bars: how many tags", reliability_png(outcome)),
        "<h3>By length</h3>",
        _lengths(outcome, examples),
        f"<h3>The {_MISTAKES} most confident mistakes</h3>",
        _mistakes(outcome, examples),
    ]
    return "\n".join(parts)


def _figures(assessment: Assessment) -> str:
    report, intervals = assessment.report, assessment.intervals
    rows = [
        ("messages", f"{report.messages:,}", ""),
        *((name, f"{each.value:.4f}", f"{each.low:.4f} to {each.high:.4f}") for name, each in intervals.items()),
        ("micro-F1", f"{report.micro_f1:.4f}", ""),
        ("accuracy", f"{report.accuracy:.4f}", ""),
        ("calibration error", f"{report.calibration_error:.4f}", ""),
        ("calibration error, pooled", f"{report.pooled_calibration_error:.4f}", ""),
    ]
    if "macro-F1" not in intervals:
        rows.insert(1, ("macro-F1", f"{report.macro_f1:.4f}", ""))
    rows += [(f"{name}, difference", str(each), "") for name, each in assessment.differences.items()]
    return _table(("figure", "value", "95 % interval"), rows)


def _labels(assessment: Assessment) -> str:
    rows = [
        (
            each.label,
            *(f"{figure:.3f}" for figure in (each.precision, each.recall, each.f1)),
            f"{each.support:,}",
            "" if each.threshold is None else f"{each.threshold:.3f}",
        )
        for each in assessment.report.labels
    ]
    return _table(("label", "precision", "recall", "F1", "messages", "threshold"), rows)


def _lengths(outcome: Outcome, examples: Sequence[Example]) -> str:
    rows = [
        (each.words, f"{each.messages:,}", f"{each.accuracy:.3f}", f"{each.calibration_error:.3f}")
        for each in by_length(outcome, [example.text for example in examples])
    ]
    return _table(("words", "messages", "accuracy", "calibration error"), rows)


def _mistakes(outcome: Outcome, examples: Sequence[Example]) -> str:
    rows = [
        (f"{each.score:.3f}", each.label, ", ".join(each.truth), examples[each.row].text, examples[each.row].place)
        for each in mistakes(outcome, _MISTAKES)
    ]
    return _table(("score", "tag", "truth", "text", "place"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{_safe(cell)}</th>' for cell in head)}</tr>"]
    lines += [f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _cell(text: str) -> str:
    kind = "number" if text.replace(",", "").replace(".", "").isdecimal() else "text"
    return f'<td class="{kind}">{_safe(text)}</td>'


def _image(caption: str, png: bytes) -> str:
    data = base64.b64encode(png).decode("ascii")
    return f'<p class="note">{_safe(caption)}</p>\n<img alt="{_safe(caption)}" src="data:image/png;base64,{data}">'


def _safe(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode())  # a lone surrogate has no place in a file
