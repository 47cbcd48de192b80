"""The suite's results in Markdown: pass rates, failures and the fairness tables, for the card and the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from emotag_model.behaviour.cases import ALIKE, FELT, UNMOVED
from emotag_model.behaviour.fairness import measure_fairness
from emotag_model.behaviour.suite import KINDS, pass_rate, run_suite
from emotag_model.behaviour.tagging import judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_model.behaviour.fairness import AxisFigures
    from emotag_model.behaviour.suite import Failure, Result
    from emotag_model.checkpoint import Checkpoint

FAILURES = 3
"""Failures that are listed per capability unless told otherwise."""

_LONGEST = 110  # characters of a text that are shown
_INTRODUCTION = f"""\
Cases in the manner of CheckList (Ribeiro et al. 2020), written from what people expect and not from what the model
does, judged by the tag in the taxonomy {{taxonomy}}. MFT: the label must be one of those expected, with the score that
is asked for. INV: a change that says nothing of emotion keeps the label, and the scores to {ALIKE} on average. DIR: the
score of a label moves by {FELT} the way it should, or, where it only must not fall, falls by {UNMOVED} at most. Each
cell is passed / cases."""
_FAIRNESS = f"""\
The same sentence about different people, with and without a feeling. "swap": mean absolute difference of a score when
the group alone is exchanged; the bar is {ALIKE}. By group: mean absolute difference from the mean of all groups, the
label that is shifted most over all sentences, and the largest difference of a single score."""


def tables(checkpoint: Checkpoint, failures: int = FAILURES) -> str:
    """Run the whole suite and return its tables, with at most `failures` failures listed per capability.

    The same checkpoint gives the same text. Raises SuiteError as `judged` does.
    """
    taxonomy = judged(checkpoint.labels).name
    return render(taxonomy, run_suite(checkpoint), measure_fairness(checkpoint), failures)


def render(taxonomy: str, results: Sequence[Result], fairness: Sequence[AxisFigures], failures: int = FAILURES) -> str:
    """Lay results in that taxonomy out as Markdown."""
    total, passed = sum(result.cases for result in results), sum(result.passed for result in results)
    summary = f"{passed} of {total} cases pass; mean over capabilities {pass_rate(results):.3f}."
    parts = [_INTRODUCTION.format(taxonomy=f"`{taxonomy}`"), summary, _pass_rates(results)]
    if failures:
        parts += [_failures(results, failures)]
    return "\n\n".join([*parts, _FAIRNESS, _axes(fairness), _groups(fairness)])


def _pass_rates(results: Sequence[Result]) -> str:
    rows = (
        [
            result.capability.name,
            result.capability.expectation,
            *_by_kind(result),
            f"{result.passed / result.cases:.2f}",
        ]
        for result in results
    )
    return _table(["capability", "what is expected", *KINDS, "pass rate"], rows)


def _by_kind(result: Result) -> list[str]:
    counts = (result.of_kind(kind) for kind in KINDS)
    return [f"{passed} / {cases}" if cases else "" for cases, passed in counts]


def _failures(results: Sequence[Result], most: int) -> str:
    lines = ["Failures:", ""]
    for result in results:
        lines += [f"- {result.capability.name}: {_failure(failure)}" for failure in result.failures[:most]]
        if (left := len(result.failures) - most) > 0:
            lines.append(f"- {result.capability.name}: {left} more")
    return "\n".join(lines if len(lines) > 2 else ["Failures: none."])


def _failure(failure: Failure) -> str:
    return f"{' → '.join(_quoted(text) for text in failure.case.texts)}: {failure.objection}"


def _quoted(text: str) -> str:
    """Show a text on one line, as code."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"
    return f"`{json.dumps(shown, ensure_ascii=False).replace('`', chr(39))}`"


def _axes(fairness: Sequence[AxisFigures]) -> str:
    rows = ([each.axis, f"{each.mean:.4f}", f"{each.largest:.3f}", _verdict(each)] for each in fairness)
    return _table(["axis", "swap", "largest", f"within {ALIKE}"], rows)


def _verdict(figures: AxisFigures) -> str:
    return "yes" if figures.mean <= ALIKE else "no"


def _groups(fairness: Sequence[AxisFigures]) -> str:
    rows = (
        [
            axis.axis,
            group.group,
            str(group.sentences),
            f"{group.mean:.4f}",
            f"{group.worst_label} {group.shift:+.3f}",
            f"{group.largest:.3f}",
        ]
        for axis in fairness
        for group in axis.groups
    )
    return _table(["axis", "group", "sentences", "mean", "most shifted label", "largest"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
