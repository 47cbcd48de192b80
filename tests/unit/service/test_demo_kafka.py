"""What the tagger of the demo inherits, and what the demo says when its broker cannot start."""

from __future__ import annotations

import sys

import pytest

from emotag.cli.child import ChildFailedError
from emotag_service.cli import demo_kafka
from emotag_service.kafka.cluster.embedded import BrokerFailedError, EmbeddedBroker

GIVEN = {"PATH": "/bin", "EMOTAG_TLS": "yes", "EMOTAG_DEVICES": "cpu:1", "EMOTAG_CHECKPOINT": "x"}


def test_settings_for_another_tagger_are_not_inherited() -> None:
    assert demo_kafka.environment(GIVEN, "grpc://localhost:1") == {"PATH": "/bin"}


def test_settings_of_the_engine_are_where_it_runs() -> None:
    kept = {"PATH": "/bin", "EMOTAG_DEVICES": "cpu:1", "EMOTAG_CHECKPOINT": "x"}
    assert demo_kafka.environment(GIVEN, "in-process") == kept


def test_a_broker_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: EmbeddedBroker) -> None:
        raise BrokerFailedError("no disk")

    monkeypatch.setattr(EmbeddedBroker, "start", fail)
    monkeypatch.setattr(demo_kafka, "configure", lambda **_: None)
    with pytest.raises(ChildFailedError, match="no disk"):
        demo_kafka.play(0.0, "in-process")


def test_without_the_broker_it_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, demo_kafka.__name__)
    monkeypatch.setitem(sys.modules, "noida_db", None)
    with pytest.raises(ModuleNotFoundError, match="noida_db"):
        __import__(demo_kafka.__name__)
