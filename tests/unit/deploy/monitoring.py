"""The queries of deploy/prometheus and deploy/grafana, and the metrics that they name."""

from __future__ import annotations

import json
import re
from typing import Any

from ruamel.yaml import YAML

from tests.unit.deploy.files import DEPLOY

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_OURS = re.compile(r"\b(?:emotag|process)[a-z0-9_:]*")


def rules() -> list[dict[str, Any]]:
    """Every recording and alert rule."""
    groups = YAML(typ="safe").load(DEPLOY / "prometheus" / "rules.yml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


def rule_tests() -> list[dict[str, Any]]:
    """Every test of rules that promtool runs."""
    tests: list[dict[str, Any]] = YAML(typ="safe").load(DEPLOY / "prometheus" / "rules.test.yml")["tests"]
    return tests


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard that shows something."""
    board = json.loads((DEPLOY / "grafana" / "dashboards" / "emotag.json").read_text())
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries() -> list[str]:
    """Every query of rules and dashboard, its variables filled in."""
    shown = [target["expr"].replace("$instance", ".*") for panel in panels() for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules()), *shown]


def metrics(query: str) -> set[str]:
    """The metrics of emotag and of its process that a query names."""
    return set(_OURS.findall(_QUOTED.sub('""', query)))
