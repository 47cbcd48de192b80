"""How far the labels of tags have moved from what is expected of the model: the population-stability index.

    psi = sum over labels of (share - expected) * ln(share / expected)

Below 0.1 nothing has changed, from 0.25 on something has: the messages, or what is made of them (Siddiqi, "Credit Risk
Scorecards", 2006). It is one of the tags of all processes of a server together: their counts add up, their indices do
not.
"""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING, Any

from emotag_service.ops.families import gauge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prometheus_client.core import Metric

LEAST_TAGS = 500
"""Below that the index says more of chance than of drift: it is about (labels - 1) / tags where nothing has changed."""

_LEAST_SHARE = 1e-4  # expected of a label that the reference never met


def drift_of(windows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put counts of processes together, as `LabelWindow` has them, and compare them with what is expected.

    While their live models differ, as for a moment in a swap, those with the model of most are counted.

    Returns:
        Tags, index and shares by taxonomy, in JSON's types; an index of None where none can be told.
    """
    known = [window for window in windows if window["taxonomies"]]
    digests = Counter(window["digest"] for window in known)
    if not digests:
        return {"taxonomies": {}}
    [(digest, _)] = digests.most_common(1)
    same = [window["taxonomies"] for window in known if window["digest"] == digest]
    return {"taxonomies": {name: _compared([taxonomies[name] for taxonomies in same]) for name in same[0]}}


def drift_families(windows: Iterable[Mapping[str, Any]]) -> list[Metric]:
    """What `drift_of` says, as metrics."""
    lately = drift_of(windows)["taxonomies"]
    tags = {name: shown["tags"] for name, shown in lately.items()}
    found = {name: shown["psi"] for name, shown in lately.items() if shown["psi"] is not None}
    text = "Population-stability index of labels against what is expected: 0.1 is noticeable, 0.25 is a shift."
    return [
        gauge("emotag_drift_window_tags", "Tags that drift is computed from.", tags, "taxonomy"),
        gauge("emotag_drift_psi", text, found, "taxonomy"),
    ]


def stability_index(counts: Mapping[str, int], expected: Mapping[str, float]) -> float:
    """Return the index of counts against expected shares, which have the same labels and sum to 1."""
    total = sum(counts.values()) + 0.5 * len(counts)  # half a tag each: a label that did not occur has a logarithm, too
    pairs = [((count + 0.5) / total, max(expected[label], _LEAST_SHARE)) for label, count in counts.items()]
    return sum((share - least) * log(share / least) for share, least in pairs)


def _compared(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One taxonomy, of several processes."""
    expected = found[0]["expected"]
    counts = {label: sum(one["counts"][label] for one in found) for label in found[0]["counts"]}
    total = sum(counts.values())
    return {
        "tags": total,
        "psi": stability_index(counts, expected) if expected and total >= LEAST_TAGS else None,
        "shares": {label: count / total for label, count in counts.items()} if total else {},
    }
