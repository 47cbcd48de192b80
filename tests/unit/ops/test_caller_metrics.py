from __future__ import annotations

from emotag_service.access.caller_refusals import CallerRefusals
from emotag_service.ops.caller_metrics import CallerMetrics
from tests.unit.ops.helpers import collected, value

METRIC = "emotag_caller_refusals_total"


def test_before_calls_are_taken_there_is_nothing():
    assert collected(CallerMetrics(lambda: None)) == {}


def test_refusals_by_caller_and_reason_from_zero_on():
    refusals = CallerRefusals()
    metrics = CallerMetrics(lambda: refusals)
    assert value(collected(metrics), METRIC, caller="other", reason="streams") == 0
    refusals.add("planner", "messages_per_second")
    assert value(collected(metrics), METRIC, caller="planner", reason="messages_per_second") == 1
