"""What is said of a run."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.chaos.faults import Fault
from tests.chaos.findings import Findings
from tests.chaos.outcome import Outcome
from tests.chaos.slot import HUNG


def outcome(**changes: object) -> Outcome:
    good = {"findings": Findings(fed=10), "faults": Counter({Fault.KILL: 3}), "stops": [0, 0], "seconds": 12.3}
    return Outcome(**(good | changes))


def test_a_good_run() -> None:
    assert outcome().clean
    assert outcome().line().startswith("clean  fed 10  lost 0  doubled 0")
    assert "kills 3" in outcome().line()


@pytest.mark.parametrize(
    "changes",
    [
        {"findings": Findings()},
        {"findings": Findings(fed=10, lost=1)},
        {"findings": Findings(fed=10, doubled=1)},
        {"findings": Findings(fed=10, disordered=1)},
        {"findings": Findings(fed=10, altered=1)},
        {"findings": Findings(fed=10, wrong=1)},
        {"findings": Findings(fed=10, uncommitted=1)},
        {"problems": ["the broker did not come back"]},
        {"stops": [0, 1]},
        {"stops": [0, HUNG]},
    ],
)
def test_runs_that_are_not(changes: dict[str, object]) -> None:
    assert not outcome(**changes).clean
    assert outcome(**changes).line().startswith("BROKEN")


def test_problems_and_examples_are_told() -> None:
    findings = Findings(fed=10)
    for number in range(9):
        findings.note("lost", f"record {number}")
    told = outcome(findings=findings, problems=["no broker"], ends=["tagger 0 ended with 1: broken pipe"]).line()
    assert "broken pipe" in told
    assert "no broker" in told
    assert "record 4" in told
    assert "record 5" not in told
    assert findings.lost == 9


def test_machines_can_read_it() -> None:
    document = json.loads(json.dumps(outcome(exits=Counter({-9: 2})).as_dict()))
    assert document["clean"] is True
    assert document["kill"] == 3
    assert document["exits"] == {"-9": 2}
