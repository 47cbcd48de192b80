"""The index is that of the books, and that of several processes is that of one which had given all their tags."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.ops.drift import LEAST_TAGS, drift_families, drift_of, stability_index

EXPECTED = {"joy": 0.1, "anger": 0.1, "neutral": 0.8}
COUNTS = st.tuples(*[st.integers(0, 2_000)] * len(EXPECTED))


def window(*counts, digest="live", expected=EXPECTED):
    """What a process counted."""
    return {
        "digest": digest,
        "taxonomies": {"basic": {"counts": dict(zip(EXPECTED, counts, strict=True)), "expected": expected}},
    }


def test_the_index_of_two_labels_by_hand():
    # (80 + .5) / 101 = .79703 against .5
    by_hand = (0.79703 - 0.5) * log(0.79703 / 0.5) + (0.20297 - 0.5) * log(0.20297 / 0.5)
    assert stability_index({"a": 80, "b": 20}, {"a": 0.5, "b": 0.5}) == pytest.approx(by_hand, abs=1e-4)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=28))
def test_it_is_never_negative_and_next_to_nothing_for_the_same_shares(counts):
    found = {str(place): count for place, count in enumerate(counts)}
    total = sum(counts)
    same = {label: count / total for label, count in found.items()}
    assert 0 <= stability_index({label: 1_000 * count for label, count in found.items()}, same) < 1e-3
    skewed = dict(zip(same, reversed(same.values()), strict=True))
    assert stability_index(found, skewed) >= 0


def test_a_label_that_was_never_expected_or_never_given_is_no_infinity():
    assert 0 < stability_index({"a": 1_000, "b": 0}, {"a": 0.9, "b": 0.1}) < 1
    assert stability_index({"a": 900, "b": 100}, {"a": 1.0, "b": 0.0}) > 0.25


@given(st.lists(COUNTS, min_size=1, max_size=5))
def test_that_of_several_processes_is_that_of_one_which_had_given_all_their_tags(counts):
    alone = drift_of([window(*map(sum, zip(*counts, strict=True)))])
    assert drift_of([window(*each) for each in counts]) == alone


def test_opposite_drifts_of_two_processes_are_none_of_the_server():
    two = [window(190, 10, 800), window(10, 190, 800)]
    assert min(drift_of([each])["taxonomies"]["basic"]["psi"] for each in two) > 0.1
    assert drift_of(two)["taxonomies"]["basic"]["psi"] < 0.01


def test_tags_of_all_are_enough_where_those_of_each_are_too_few():
    half = window(0, 0, LEAST_TAGS // 2)
    assert drift_of([half])["taxonomies"]["basic"]["psi"] is None
    shown = drift_of([half, half])["taxonomies"]["basic"]
    assert shown["psi"] is not None
    assert (shown["tags"], shown["shares"]) == (LEAST_TAGS, {"joy": 0, "anger": 0, "neutral": 1})


def test_while_models_differ_it_is_of_that_which_most_have():
    others = [window(0, 900, 100, digest="candidate"), window(1, 1, 8), window(1, 1, 8)]
    assert drift_of(others)["taxonomies"]["basic"]["tags"] == 20


def test_a_process_that_starts_counts_for_nothing():
    starting = {"digest": "", "taxonomies": {}}
    assert drift_of([starting, window(1, 1, 8)])["taxonomies"]["basic"]["tags"] == 10
    assert drift_of([starting, starting]) == drift_of([]) == {"taxonomies": {}}


def test_without_expected_shares_there_are_tags_and_no_index():
    tags, psi = drift_families([window(1_000, 0, 0, expected=None)])
    assert [(sample.labels, sample.value) for sample in tags.samples] == [({"taxonomy": "basic"}, 1_000)]
    assert psi.samples == []
