from __future__ import annotations

import structlog

from emotag.errors import UnavailableError
from emotag_service.kafka.tagging.remote_session import Link

GONE = UnavailableError("connection refused")


def test_one_event_when_it_goes_and_one_when_the_last_session_is_back():
    link = Link("grpc://engine:1")
    with structlog.testing.capture_logs() as logs:
        link.found("a")
        for _ in range(3):
            link.lost("a", GONE)
            link.lost("b", GONE)
        link.found("a")
        link.found("a")
        link.found("b")
    assert [(event["event"], event["engine"]) for event in logs] == [
        ("engine unreachable", "grpc://engine:1"),
        ("engine reachable", "grpc://engine:1"),
    ]
    assert (logs[0]["code"], logs[0]["reason"]) == ("UNAVAILABLE", "connection refused")


def test_a_closed_session_waits_for_nothing():
    link = Link("grpc://engine:1")
    with structlog.testing.capture_logs() as logs:
        link.lost("a", GONE)
        link.closed("a")
        link.found("a")
        link.lost("b", GONE)
    assert [event["event"] for event in logs] == ["engine unreachable"] * 2
