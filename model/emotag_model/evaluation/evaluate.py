"""From logits and truth to reports, one per taxonomy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.encoded import truth_of
from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.metrics import Counts, calibration_error, pooled_calibration_error
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.evaluation.reading import logits_of
from emotag_model.evaluation.report import LabelReport, Report
from emotag_model.labels import HEADS, head_of
from emotag_model.reader import load_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.labels import Labels, Taxonomy
    from emotag_model.text.examples import Example


def evaluate(checkpoint: Checkpoint, examples: Sequence[Example]) -> list[Report]:
    """Tag `examples` with `checkpoint` and report on every taxonomy of it. Raises TextDataError as `logits_of` does."""
    truth = truth_of(examples, len(checkpoint.labels.outputs))
    return report_all(checkpoint.labels, logits_of(load_reader(checkpoint), examples), truth)


def report_all(labels: Labels, logits: NDArray[np.float32], truth: NDArray[np.float32]) -> list[Report]:
    """Logits and truth [N, F] → a report per taxonomy of the heads in whose words messages are labelled."""
    labelled = {head for head, outputs in HEADS.items() if truth[:, outputs].any()}
    return [report(each, logits, truth) for name, each in labels.taxonomies.items() if head_of(name) in labelled]


def report(taxonomy: Taxonomy, logits: NDArray[np.float32], truth: NDArray[np.float32]) -> Report:
    """Fine logits and truth [N, F] → how well `taxonomy` is tagged."""
    return report_of(taxonomy_outcome(taxonomy, logits, truth, MACRO))


def report_of(outcome: Outcome) -> Report:
    """Return the figures of an outcome."""
    counts = Counts(*outcome.tally.sum(axis=0))
    return Report(
        taxonomy=outcome.name,
        messages=len(outcome),
        macro_f1=counts.macro_f1,
        micro_f1=counts.micro_f1,
        accuracy=float(outcome.tag_right.mean()),
        calibration_error=calibration_error(outcome.tag_scores, outcome.tag_right),
        pooled_calibration_error=pooled_calibration_error(outcome.scores, outcome.truth),
        labels=_label_reports(outcome, counts),
    )


def _label_reports(outcome: Outcome, counts: Counts) -> tuple[LabelReport, ...]:
    return tuple(
        LabelReport(
            label=label,
            precision=float(counts.precision[k]),
            recall=float(counts.recall[k]),
            f1=float(counts.f1[k]),
            support=int(counts.true[k]),
            threshold=None if outcome.thresholds is None else outcome.thresholds[k],
        )
        for k, label in enumerate(outcome.labels)
    )
