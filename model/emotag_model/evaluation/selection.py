"""Which rows of a file are judged in which label set, and what had to be left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.evaluation.encoded import truth_of
from emotag_model.evaluation.label_set import LabelSet, fitting
from emotag_model.text.errors import TextDataError
from emotag_model.text.examples import Example, Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Selection:
    """The messages to judge, their labels being places in `label_set`, and how many rows each reason left out."""

    label_set: LabelSet
    examples: list[Example]
    left_out: dict[str, int]
    alternatives: tuple[str, ...] = ()  # other label sets that the labels would fit, when it was guessed

    @property
    def truth(self) -> NDArray[np.float32]:
        """1 where a label holds, [N, K]."""
        return truth_of(self.examples, len(self.label_set.labels))


def select(path: Path, label_sets: Sequence[LabelSet], name: str = "") -> Selection:
    """Read a file of labelled messages, in the label set of that name or, by default, the one its labels fit best.

    Raises TextDataError for a bad line, a label that the label set does not know, and a file that fits none.
    """
    rows = [(row, _names(row)) for row in read_rows(path)]
    if not any(names for _, names in rows):
        raise TextDataError(f"{path}: holds no labelled messages; for texts without labels use --unlabelled")
    chosen, *others = [_named(label_sets, name)] if name else _guess(path, rows, label_sets)
    left_out: Counter[str] = Counter()
    examples = []
    for row, names in rows:
        places = _places(row, names, chosen)
        if places:
            examples.append(Example(row.text, places, row.place))
        else:
            left_out[" + ".join(names) or "no label"] += 1
    if not examples:
        raise TextDataError(f"{path}: no message has a label that {chosen.name!r} scores")
    return Selection(chosen, examples, dict(left_out.most_common()), tuple(each.name for each in others))


def _named(label_sets: Sequence[LabelSet], name: str) -> LabelSet:
    for each in label_sets:
        if each.name == name:
            return each
    raise TextDataError(f"--label-set {name!r} is unknown; use one of {', '.join(each.name for each in label_sets)}")


def _guess(path: Path, rows: Sequence[tuple[Row, list[str]]], label_sets: Sequence[LabelSet]) -> list[LabelSet]:
    fit = fitting(label_sets, {name for _, names in rows for name in names})
    if fit:
        return fit
    known = max(label_sets, key=lambda each: sum(each.known.issuperset(names) for _, names in rows))
    stranger = next((row, name) for row, names in rows for name in names if name not in known.known)
    raise TextDataError(
        f"{stranger[0].place}: labels has {stranger[1]!r}; no label set has all labels of {path.name}, {known.name!r} "
        f"has most: {', '.join(sorted(known.known))}"
    )


def _places(row: Row, names: list[str], label_set: LabelSet) -> tuple[int, ...]:
    if unknown := [name for name in names if name not in label_set.known]:
        raise TextDataError(
            f"{row.place}: labels has {unknown[0]!r}; {label_set.name!r} has {', '.join(sorted(label_set.known))}"
        )
    return tuple(label_set.labels.index(name) for name in names if name in label_set.labels)


def _names(row: Row) -> list[str]:
    key = "accept" if "accept" in row.fields else "labels"  # what either of several readers accepts
    names = row.fields.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TextDataError(f"{row.place}: {key} must be a list of label names, not {names!r}")
    return names
