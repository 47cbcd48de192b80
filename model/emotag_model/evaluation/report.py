"""What an evaluation found, for people and for machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

DEFINITIONS = """\
A label is given where its score reaches its threshold; a message may have several. macro-F1: mean over labels.
micro-F1: over all pairs of message and label. accuracy: share of messages whose tag's label (the highest-scoring that
passes its threshold, else the highest-scoring) is one of their true ones. calibration error: expected calibration
error, 15 equal bins, of the score that the tag carries; pooled: of all scores of all messages."""


@dataclass(frozen=True, kw_only=True)
class LabelReport:
    """How well one label is given; `support` is how many messages truly have it.

    `threshold` is None where no threshold decides: in a label set that the model was not trained for.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    threshold: float | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """How well one taxonomy is tagged; `DEFINITIONS` says what the figures mean."""

    taxonomy: str
    messages: int
    macro_f1: float
    micro_f1: float
    accuracy: float
    calibration_error: float
    pooled_calibration_error: float
    labels: tuple[LabelReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        return asdict(self)

    def to_text(self) -> str:
        """Return the report as a headline and a table of labels."""
        width = max(len("label"), *(len(row.label) for row in self.labels))
        head = (
            f"{self.taxonomy}: {len(self.labels)} labels, {self.messages:,} messages\n"
            f"  macro-F1 {self.macro_f1:.4f}   micro-F1 {self.micro_f1:.4f}   accuracy {self.accuracy:.4f}   "
            f"calibration error {self.calibration_error:.4f} (pooled {self.pooled_calibration_error:.4f})\n"
        )
        columns = f"  {'label':<{width}}  precision  recall      f1  support  threshold\n"
        return head + columns + "\n".join(_row(row, width) for row in self.labels)


def _row(row: LabelReport, width: int) -> str:
    threshold = f"{'-':>9}" if row.threshold is None else f"{row.threshold:9.3f}"
    figures = f"{row.precision:9.3f}  {row.recall:6.3f}  {row.f1:6.3f}  {row.support:7d}  {threshold}"
    return f"  {row.label:<{width}}  {figures}"
