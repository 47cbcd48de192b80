"""Runs the suite: every case of every capability, and what there is to object to its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.behaviour.capabilities import CAPABILITIES
from emotag_model.behaviour.tagging import tag_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.behaviour.capability import Capability
    from emotag_model.behaviour.cases import Case
    from emotag_model.checkpoint import Checkpoint

KINDS = ("MFT", "INV", "DIR")


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not go as expected, and what its tags are objected to for."""

    case: Case
    objection: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a capability did."""

    capability: Capability
    failures: tuple[Failure, ...]

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return len(self.capability.cases)

    @property
    def passed(self) -> int:
        """How many of them passed."""
        return self.cases - len(self.failures)

    def of_kind(self, kind: str) -> tuple[int, int]:
        """Cases of that kind, and those of them that passed."""
        cases = sum(case.kind == kind for case in self.capability.cases)
        return cases, cases - sum(failure.case.kind == kind for failure in self.failures)


def run_suite(checkpoint: Checkpoint, capabilities: Sequence[Capability] = CAPABILITIES) -> list[Result]:
    """Tag all texts of all cases and judge them. Raises SuiteError as `judged` does."""
    texts = [text for capability in capabilities for case in capability.cases for text in case.texts]
    tagged = tag_texts(checkpoint, texts)
    results = []
    for capability in capabilities:
        judged = ((case, case.objection([tagged[text] for text in case.texts])) for case in capability.cases)
        results.append(Result(capability, tuple(Failure(case, objection) for case, objection in judged if objection)))
    return results


def pass_rate(results: Sequence[Result]) -> float:
    """Mean over the capabilities of the share of their cases that passed: many cases make none more important."""
    return sum(result.passed / result.cases for result in results) / len(results)
