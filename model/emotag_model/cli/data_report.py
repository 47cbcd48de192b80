"""What `emotag data check` found, as text for people and in JSON's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_model.training.data.check import DataSetFindings, Layout, Overlap, SplitFindings

_EXPLAINED = """\
exact: the same text, letter by letter; same: in any case and blanks, after the same context where there is one;
6+ words: same, of texts so long; labels differ: of the same ones, those never labelled alike"""


def report_dict(layout: Layout, findings: list[DataSetFindings]) -> dict[str, Any]:
    """Return everything found."""
    return {
        "data_sets": [each.to_dict() for each in findings],
        "absent": [{"name": each.name, "home": each.home} for each in layout.absent],
        "problems": sum(len(each.problems()) for each in findings),
    }


def render_report(layout: Layout, findings: list[DataSetFindings]) -> str:
    """Return a paragraph per data set, those that are not there, and a last line that sums up."""
    problems = sum(len(each.problems()) for each in findings)
    parts = ["\n".join(_data_set(each)) for each in findings]
    if layout.absent:
        parts.append("\n".join(["not here:", *(f"  {each.name}: get it at {each.home}" for each in layout.absent)]))
    return "\n\n".join([*parts, _EXPLAINED, f"{_counted(len(findings), 'data set')}, {_counted(problems, 'problem')}"])


def _data_set(found: DataSetFindings) -> Iterator[str]:
    licence = found.data_set.licence
    ships = "may ship" if licence.may_ship else "may not ship"
    known = "" if found.registered else ", not registered"
    yield f"{found.data_set.name} ({licence}; {ships}{known})"
    for split in found.splits:
        yield f"  {split.split.name:<16} {split.split.role:<5} {_rows(split)}"
    for name, overlap in _overlaps(found):
        yield f"  {name:<32} {_shares(overlap)}"
    for problem in found.problems():
        yield f"  problem: {problem}"


def _rows(found: SplitFindings) -> str:
    registered = found.split.rows
    if found.rows is None:
        return f"missing; {registered:,} rows are registered"
    if registered is None:
        return f"{found.rows:,} rows; the split is not registered"
    return f"{found.rows:,} rows" + (f" of {registered:,}" if found.rows != registered else "")


def _overlaps(found: DataSetFindings) -> Iterator[tuple[str, Overlap]]:
    for split in found.splits:
        if split.within.normalised or split.within.exact:
            yield f"twice in {split.split.name}", split.within
    for (later, earlier), overlap in found.between.items():
        if overlap.normalised or overlap.exact:
            yield f"{later} in {earlier}", overlap


def _shares(overlap: Overlap) -> str:
    share = overlap.percent()
    return (
        f"exact {share['exact']:5.2f} %  same {share['normalised']:5.2f} %  "
        f"6+ words {share['normalised_long']:5.2f} %  labels differ {share['conflicting']:5.1f} %"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'s' * (count != 1)}"
