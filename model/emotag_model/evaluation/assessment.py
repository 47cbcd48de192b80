"""What is said of an outcome: its report, how sure the figures are, and how they differ from another system's."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from emotag_model.evaluation.bootstrap import RESAMPLES, SEED, Difference, Interval, difference, interval
from emotag_model.evaluation.evaluate import report_of
from emotag_model.evaluation.headline import MACRO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotag_model.evaluation.bootstrap import Statistic
    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.evaluation.report import Report


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a bootstrap is drawn; no resamples, no intervals."""

    resamples: int = RESAMPLES
    seed: int = SEED


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A report with 95 % intervals by the name of the figure, and differences from another system likewise."""

    report: Report
    headline: str
    intervals: dict[str, Interval] = field(default_factory=dict)
    differences: dict[str, Difference] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the report in JSON's types, with `headline`, `intervals` and `differences`."""
        return {
            **self.report.to_dict(),
            "headline": self.headline,
            "intervals": {name: asdict(each) for name, each in self.intervals.items()},
            "differences": {
                name: {**asdict(each.interval), "better": each.better} for name, each in self.differences.items()
            },
        }

    def to_text(self) -> str:
        """Return the report as tables for people."""
        lines = [self.report.to_text()]
        lines += [f"  {name}, 95 % interval: {each}" for name, each in self.intervals.items()]
        lines += [f"  {name}, difference: {each}" for name, each in self.differences.items()]
        return "\n".join(lines)


def assess(outcome: Outcome, sampling: Sampling, theirs: NDArray[Any] | None = None) -> Assessment:
    """Assess an outcome; `theirs` [N, 3, K] is the tally of another system on the same messages, to compare with."""
    report, headline = report_of(outcome), outcome.headline.name
    if not sampling.resamples:
        return Assessment(report=report, headline=headline)
    how = sampling.resamples, sampling.seed
    figures = statistics(outcome)
    differences = {}
    if theirs is not None:
        differences = {name: difference(outcome.tally, theirs, each, *how) for name, each in figures.items()}
    return Assessment(
        report=report,
        headline=headline,
        intervals={name: interval(outcome.tally, each, *how) for name, each in figures.items()},
        differences=differences,
    )


def statistics(outcome: Outcome) -> dict[str, Statistic]:
    """Return what is resampled of an outcome, by name: macro-F1 and the headline of its label set."""
    return {each.name: each.statistic(outcome.labels) for each in dict.fromkeys((MACRO, outcome.headline))}
