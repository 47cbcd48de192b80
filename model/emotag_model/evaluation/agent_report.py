"""The figures of agents' messages as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag_model.evaluation.agent_messages import GivenTag, cuts, figures_of, parts_of
from emotag_model.evaluation.document import table
from emotag_model.evaluation.metrics import calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.evaluation.agent_messages import AgentFigures, AgentMessage
    from emotag_model.evaluation.outcome import Outcome

NOTE = (
    "Readers are language models that read by a guide. Precision and recall are of tags that are not neutral; a tag is "
    "right when either reader accepts its label. macro-F1 is over labels that at least ten messages have. By score, "
    "recall counts tags that are not neutral alone; by part, neutral counts too where a reader accepts it."
)
_PARTS = ("messages", "accuracy", "always neutral", "said", "precision", "meant", "recall", "macro-F1")


def tags_of(outcome: Outcome) -> list[GivenTag]:
    """Return the tag that each message got."""
    labels = [outcome.labels[column] for column in outcome.columns]
    return [GivenTag(label, float(score)) for label, score in zip(labels, outcome.tag_scores, strict=True)]


def agent_tables(messages: Sequence[AgentMessage], outcome: Outcome) -> str:
    """Return, in Markdown, the figures by part and source, by label, and by the score that is asked for."""
    tags = tags_of(outcome)
    found = {
        name: figures_of([messages[place] for place in places], [tags[place] for place in places])
        for name, places in parts_of(messages).items()
    }
    asked = [
        (f"{each.score:.2f}", str(each.said), _show(each.precision), _show(each.recall))
        for each in cuts(messages, tags)
    ]
    error = calibration_error(outcome.tag_scores, outcome.tag_right)
    return "\n\n".join(
        [
            NOTE,
            table(("part, source", *_PARTS), [_part_row(name, each) for name, each in found.items()]),
            table(("label", "meant", "said", "precision", "recall", "F1"), _label_rows(found["all"])),
            table(("score at least", "tags not neutral", "precision", "recall"), asked),
            f"calibration error {error:.4f}",
        ]
    )


def agent_json(messages: Sequence[AgentMessage], outcome: Outcome) -> dict[str, Any]:
    """Return the same in JSON's types."""
    tags = tags_of(outcome)
    found: dict[str, Any] = {}
    for name, places in parts_of(messages).items():
        each = figures_of([messages[place] for place in places], [tags[place] for place in places])
        names = ("messages", "accuracy", "always_neutral", "said", "precision", "meant", "recall", "macro_f1")
        found[name] = {field: getattr(each, field) for field in names}
    return {"parts": found, "cuts": [each._asdict() for each in cuts(messages, tags)]}


def _part_row(name: str, each: AgentFigures) -> list[str]:
    rates = (each.accuracy, each.always_neutral)
    return [
        *(name, f"{each.messages:,}", *(f"{rate:.3f}" for rate in rates), str(each.said), _show(each.precision)),
        *(str(each.meant), _show(each.recall), _show(each.macro_f1)),
    ]


def _label_rows(found: AgentFigures) -> list[list[str]]:
    return [
        [label, str(each.meant), str(each.said), _show(each.precision), _show(each.recall), f"{each.f1:.3f}"]
        for label, each in found.labels.items()
    ]


def _show(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.3f}"
