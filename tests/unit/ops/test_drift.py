"""The index is that of the books, over a window that slides, and silent where it would say nothing."""

from __future__ import annotations

from dataclasses import replace
from math import log
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from emotag_model.labels import Taxonomy
from emotag_service.ops.drift import LEAST_TAGS, WINDOW_SECONDS, Drift, Reference, stability_index
from emotag_service.testing import FakeClock
from tests.unit.ops.helpers import collected, names, value

LABELS = ("joy", "anger", "neutral")


class Engine:
    """Counts of tags, by script."""

    def __init__(self, expected: tuple[float, ...] = ()) -> None:
        taxonomy = Taxonomy.plain("basic", {label: [place] for place, label in enumerate(LABELS)})
        self.model = SimpleNamespace(
            taxonomies=(replace(taxonomy, expected=expected),), identity=SimpleNamespace(digest="live")
        )
        self.counts = {digest: dict.fromkeys(LABELS, 0) for digest in ("live", "other")}

    def tag(self, *counts: int, digest: str = "live") -> None:
        for label, count in zip(LABELS, counts, strict=True):
            self.counts[digest][label] += count

    def stats(self) -> SimpleNamespace:
        found = self.counts.items()
        return SimpleNamespace(
            model_tags={digest: {("basic", label): n for label, n in counts.items()} for digest, counts in found}
        )


@pytest.fixture
def clock():
    return FakeClock()


def make_drift(engine, clock, given=None):
    return Drift(lambda: engine, Reference(given or {}), clock)


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


def test_the_same_messages_are_no_drift_and_others_are(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    drift = make_drift(engine, clock)
    engine.tag(100, 100, 800)
    assert value(collected(drift), "emotag_drift_psi", taxonomy="basic") < 0.1
    engine.tag(2_000, 0, 0)
    assert value(collected(drift), "emotag_drift_psi", taxonomy="basic") > 0.25
    assert value(collected(drift), "emotag_drift_window_tags", taxonomy="basic") == 3_000


def test_it_is_of_the_live_model_alone(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    drift = make_drift(engine, clock)
    engine.tag(100, 100, 800)
    engine.tag(5_000, 0, 0, digest="other")
    assert value(collected(drift), "emotag_drift_psi", taxonomy="basic") < 0.1
    engine.model.identity.digest = "other"
    assert value(collected(drift), "emotag_drift_psi", taxonomy="basic") > 0.25


def test_what_is_older_than_the_window_is_forgotten(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    drift = make_drift(engine, clock)
    engine.tag(2_000, 0, 0)
    drift.report()
    for _ in range(61):
        clock.advance(WINDOW_SECONDS / 60)
        engine.tag(10, 10, 80)
        drift.report()
    shown = drift.report()["taxonomies"]["basic"]
    assert shown["psi"] < 0.1
    assert 60 * 100 <= shown["tags"] <= 62 * 100
    assert shown["shares"]["neutral"] == pytest.approx(0.8)


def test_a_scrape_every_moment_keeps_no_more_than_the_window_needs(clock):
    drift = make_drift(Engine(), clock)
    for _ in range(10_000):
        clock.advance(WINDOW_SECONDS / 1_000)
        drift.report()
    assert len(drift._past) <= 63


def test_few_tags_say_nothing(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    engine.tag(LEAST_TAGS - 1, 0, 0)
    drift = make_drift(engine, clock)
    assert "emotag_drift_psi" not in names(collected(drift))
    engine.tag(1, 0, 0)
    assert "emotag_drift_psi" in names(collected(drift))


def test_without_a_reference_there_is_no_index_and_one_line_says_so(clock):
    engine = Engine()
    engine.tag(1_000, 0, 0)
    drift = make_drift(engine, clock)
    with capture_logs() as events:
        assert "emotag_drift_psi" not in names(collected(drift))
        drift.report()
    [told] = [event for event in events if event["event"] == "drift without reference"]
    assert told["taxonomies"] == ["basic"]
    assert "--drift-reference" in told["hint"]


def test_what_the_operator_gives_wins(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    engine.tag(1_000, 0, 0)
    drift = make_drift(engine, clock, {"basic": {"joy": 1.0, "anger": 0.0, "neutral": 0.0}})
    assert value(collected(drift), "emotag_drift_psi", taxonomy="basic") < 0.1


def test_before_there_is_an_engine_there_is_nothing(clock):
    assert make_drift(None, clock).report() == {"taxonomies": {}}
