"""The queries of deploy/prometheus and deploy/grafana, and the metrics that they name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.unit.deploy.files import DEPLOY

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_OURS = re.compile(r"\b(?:emotag|process)[a-z0-9_:]*")

_THRESHOLD = re.compile(r"\s*(?:==|>=|<=|>|<)\s*[\d.]+")
_BY = re.compile(r"\bby\s*\(([^)]*)\)\s*")
_CHOSEN = re.compile(r"([a-z_:][a-z0-9_:]*)\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)=~?"([^"]*)"')
_LEGEND = re.compile(r"{{(\w+)}}")


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
    shown = [filled(target["expr"]) for panel in panels() for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules()), *shown]


def demands() -> dict[str, set[str]]:
    """Queries that have to find something where all that rules and dashboard ask for has happened, and labels of it.

    A query that is wrong may find something all the same, by the rest of it: so each metric, each label that is summed
    by, matched or named in a legend, and each value that is matched have to be found, too. Thresholds of alerts do not
    have to be passed.
    """
    wanted: dict[str, set[str]] = {}
    shown = [(filled(target["expr"]), target["legendFormat"]) for panel in panels() for target in panel["targets"]]
    alerts = [(_THRESHOLD.sub("", rule["expr"]), "") for rule in rules() if "alert" in rule]
    recorded = [(rule["expr"], "") for rule in rules() if "record" in rule]
    for query, legend in [*shown, *alerts, *recorded]:
        wanted.setdefault(query, set()).update(_LEGEND.findall(legend))
        for part, labels in parts(query):
            wanted.setdefault(part, set()).update(labels)
    return wanted


def parts(query: str) -> Iterator[tuple[str, set[str]]]:
    """What a query stands on: its metrics with the labels that it goes by, and every value that it matches."""
    for metric in metrics(query):
        yield metric, set()
    for grouped in _BY.finditer(query):
        labels = {label.strip() for label in grouped[1].split(",")}
        for metric in metrics(_bracketed(query, grouped.end())):
            yield metric, labels
    for metric, matchers in _CHOSEN.findall(query):
        for label, values in _MATCHER.findall(matchers):
            yield metric, {label}
            for value in values.split("|"):
                yield f'{metric}{{{label}=~"{value}"}}', set()


def _bracketed(query: str, start: int) -> str:
    """What is in the brackets that open at `start`."""
    if query[start : start + 1] != "(":
        raise ValueError(f"write sum by (label) (metric), not sum (metric) by (label): {query}")
    depth = 0
    for end in range(start, len(query)):
        depth += {"(": 1, ")": -1}.get(query[end], 0)
        if not depth:
            return query[start : end + 1]
    raise ValueError(f"brackets are not closed: {query}")


def filled(query: str) -> str:
    """A query of the dashboard with its variable chosen."""
    return query.replace("$instance", ".*")


def metrics(query: str) -> set[str]:
    """The metrics of emotag and of its process that a query names."""
    return set(_OURS.findall(_QUOTED.sub('""', query)))
