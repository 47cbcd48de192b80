"""Alerts lead to the runbook, the runbook to nothing that is not an alert, and tests of rules hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from emotag_service.contract.status import make_status, status_of
from emotag_service.engine.errors import NoReplicaError
from emotag_service.http import errors
from tests.unit.deploy.files import DEPLOY, ROOT
from tests.unit.deploy.monitoring import demands, metrics, panels, parts, rule_tests, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.rpc.status_pb2 import Status
    from starlette.responses import Response

PROMTOOL = os.environ.get("EMOTAG_TEST_PROMTOOL") or shutil.which("promtool")
PAGE = (ROOT / "docs" / "operations.md").read_text()
ALERTS = [rule for rule in rules() if "alert" in rule]
RECORDED = [rule["record"] for rule in rules() if "record" in rule]


def test_metrics_are_found_in_queries() -> None:
    query = 'sum(rate(emotag_a_total{job="emotag_b"}[5m])) / emotag:c:rate5m or process_d'
    assert metrics(query) == {"emotag_a_total", "emotag:c:rate5m", "process_d"}


def test_a_query_stands_on_each_of_its_metrics_labels_and_values() -> None:
    query = 'sum by (le, way) (rate(emotag_a{job=~"x|y"}[5m]) / emotag_b) or sum(emotag_c)'
    found: dict[str, set[str]] = {}
    for part, labels in parts(query):
        found.setdefault(part, set()).update(labels)
    assert found == {
        "emotag_a": {"le", "way", "job"}, "emotag_b": {"le", "way"}, "emotag_c": set(),
        'emotag_a{job=~"x"}': set(), 'emotag_a{job=~"y"}': set(),
    }  # fmt: skip


def test_labels_that_are_summed_by_stand_before() -> None:
    with pytest.raises(ValueError, match="write sum by"):
        list(parts("sum (emotag_a) by (way)"))


def test_thresholds_of_alerts_are_not_demanded() -> None:
    assert (
        "emotag_queue_size / emotag_queue_size_limit\n  or emotag_queue_bytes / emotag_queue_bytes_limit\n" in demands()
    )
    assert "emotag_drift_psi and emotag_drift_psi" in demands()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_has_a_runbook(alert: dict[str, dict[str, str]]) -> None:
    assert f"\n### {alert['alert']}\n" in PAGE
    assert alert["annotations"]["runbook"] == f"docs/operations.md#{str(alert['alert']).lower()}"
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert alert["annotations"]["summary"]


def test_every_runbook_has_an_alert() -> None:
    assert set(re.findall(r"^### (Emotag\w+)$", PAGE, re.MULTILINE)) == {alert["alert"] for alert in ALERTS}


def test_every_metric_that_is_used_is_explained() -> None:
    targets = [target["expr"] for panel in panels() for target in panel["targets"]]
    used = {name for query in [*(rule["expr"] for rule in rules()), *targets] for name in metrics(query)} - set(
        RECORDED
    )
    bare = {re.sub(r"_(bucket|sum|count|info)$", "", name) for name in used if name.startswith("emotag")}
    assert not {name for name in bare if f"`{name}" not in PAGE}


@pytest.mark.parametrize("refuse", [errors.tei, errors.inference, errors.classifications, errors.connect])
def test_faults_of_ours_over_http_are_what_their_alert_counts(refuse: Callable[[Status], Response]) -> None:
    (alert,) = [alert for alert in ALERTS if alert["alert"] == "EmotagRequestsFail"]
    (counted,) = re.findall(r'status=~"([^"]*)"', str(alert["expr"]))
    with capture_logs():
        fault = status_of(RuntimeError())
    for status in (fault, make_status("INTERNAL", "COMPUTE_FAILED", "")):
        assert re.fullmatch(counted, str(refuse(status).status_code))
    assert not re.fullmatch(counted, str(refuse(status_of(NoReplicaError("none is left"))).status_code))


def test_every_alert_is_tested_both_firing_and_quiet() -> None:
    cases = [case for test in rule_tests() for case in test.get("alert_rule_test", ())]
    names = {alert["alert"] for alert in ALERTS}
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == names
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == names


def test_every_recorded_value_is_tested() -> None:
    cases = [case for test in rule_tests() for case in test.get("promql_expr_test", ())]
    assert {case["expr"] for case in cases if case["exp_samples"]} == set(RECORDED)


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool: install prometheus, or name one in EMOTAG_TEST_PROMTOOL")
@pytest.mark.parametrize(
    "check",
    [
        ("test", "rules", "rules.test.yml"),
        ("check", "rules", "rules.yml"),
        ("check", "config", "prometheus.yml"),
        ("check", "config", "one-machine.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(check: tuple[str, str, str]) -> None:
    *verb, name = check
    command = [str(PROMTOOL), *verb, str(DEPLOY / "prometheus" / name)]
    verdict = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "SUCCESS" in verdict.stdout
