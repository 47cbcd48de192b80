"""Counts of the live model over a window that slides, and the metrics and the one log line that come of them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from emotag_model.labels import Taxonomy
from emotag_service.ops.drift import LEAST_TAGS, drift_of
from emotag_service.ops.drift_reference import Reference
from emotag_service.ops.label_window import WINDOW_SECONDS, LabelWindow
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


def make_window(engine, clock, given=None):
    return LabelWindow(lambda: engine, Reference(given or {}), clock)


def test_the_same_messages_are_no_drift_and_others_are(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    window = make_window(engine, clock)
    engine.tag(100, 100, 800)
    assert value(collected(window), "emotag_drift_psi", taxonomy="basic") < 0.1
    engine.tag(2_000, 0, 0)
    assert value(collected(window), "emotag_drift_psi", taxonomy="basic") > 0.25
    assert value(collected(window), "emotag_drift_window_tags", taxonomy="basic") == 3_000


def test_it_is_of_the_live_model_alone(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    window = make_window(engine, clock)
    engine.tag(100, 100, 800)
    engine.tag(5_000, 0, 0, digest="other")
    assert value(collected(window), "emotag_drift_psi", taxonomy="basic") < 0.1
    engine.model.identity.digest = "other"
    assert value(collected(window), "emotag_drift_psi", taxonomy="basic") > 0.25


def test_what_is_older_than_the_window_is_forgotten(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    window = make_window(engine, clock)
    engine.tag(2_000, 0, 0)
    window.counts()
    for _ in range(61):
        clock.advance(WINDOW_SECONDS / 60)
        engine.tag(10, 10, 80)
        window.counts()
    shown = drift_of([window.counts()])["taxonomies"]["basic"]
    assert shown["psi"] < 0.1
    assert 60 * 100 <= shown["tags"] <= 62 * 100
    assert shown["shares"]["neutral"] == pytest.approx(0.8)


def test_a_scrape_every_moment_keeps_no_more_than_the_window_needs(clock):
    window = make_window(Engine(), clock)
    for _ in range(10_000):
        clock.advance(WINDOW_SECONDS / 1_000)
        window.counts()
    assert len(window._past) <= 63


def test_few_tags_say_nothing(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    engine.tag(LEAST_TAGS - 1, 0, 0)
    window = make_window(engine, clock)
    assert "emotag_drift_psi" not in names(collected(window))
    engine.tag(1, 0, 0)
    assert "emotag_drift_psi" in names(collected(window))


def test_without_a_reference_there_is_no_index_and_one_line_says_so(clock):
    engine = Engine()
    engine.tag(1_000, 0, 0)
    window = make_window(engine, clock)
    with capture_logs() as events:
        assert "emotag_drift_psi" not in names(collected(window))
        window.counts()
    [told] = [event for event in events if event["event"] == "drift without reference"]
    assert told["taxonomies"] == ["basic"]
    assert "--drift-reference" in told["hint"]


def test_what_the_operator_gives_wins(clock):
    engine = Engine(expected=(0.1, 0.1, 0.8))
    engine.tag(1_000, 0, 0)
    window = make_window(engine, clock, {"basic": {"joy": 1.0, "anger": 0.0, "neutral": 0.0}})
    assert value(collected(window), "emotag_drift_psi", taxonomy="basic") < 0.1


def test_before_there_is_an_engine_there_is_nothing(clock):
    assert names(collected(make_window(None, clock))) == set()
    assert make_window(None, clock).counts() == {"digest": "", "taxonomies": {}}
