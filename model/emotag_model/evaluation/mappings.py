"""The label sets as a table for people: which of our labels stand for each of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.document import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.evaluation.label_set import LabelSet


def mapping_table(label_sets: Sequence[LabelSet]) -> str:
    """Return the table in Markdown, one row per label set."""
    head = ("`--label-set`", "data set", "judged by", "their label ← ours")
    return table(head, [_row(each) for each in label_sets])


def _row(label_set: LabelSet) -> tuple[str, ...]:
    mapping = "; ".join(f"{label} ← {', '.join(members)}" for label, members in label_set.members.items())
    if label_set.without:
        mapping += f"; left out: {', '.join(label_set.without)}"
    several = "" if label_set.single else ", several labels a message"
    return f"`{label_set.name}`", label_set.title, f"{label_set.headline.name}{several}", mapping
