"""What came of a run, and the line that says it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.faults import Fault
from tests.chaos.findings import Findings
from tests.chaos.taggers import GOOD_ENDS


@dataclass(slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        findings: Of the verifier.
        faults: What was done, and how often.
        exits: How often taggers ended while they should run, by exit code; -9 were killed.
        stops: Exit codes of the taggers that were asked to end.
        lives: How many processes each slot has had.
        deaths: How many of them killed themselves, as those do that die at a point.
        ends: Why taggers ended that should run, or otherwise than told.
        seconds: From the first fault possible until all was through.
        problems: What keeps the run from proving anything.
    """

    findings: Findings = field(default_factory=Findings)
    faults: Counter[Fault] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    stops: list[int] = field(default_factory=list)
    lives: list[int] = field(default_factory=list)
    deaths: list[int] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Everything went right."""
        return self.findings.clean and not self.problems and set(self.stops) <= GOOD_ENDS

    def as_dict(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            **self.findings.counts(),
            **{fault.value: self.faults[fault] for fault in Fault},
            "exits": {str(code): count for code, count in sorted(self.exits.items())},
            "stops": self.stops,
            "lives": self.lives,
            "deaths": self.deaths,
            "ends": self.ends,
            "seconds": round(self.seconds, 1),
            "problems": self.problems,
            "examples": self.findings.examples,
            "clean": self.clean,
        }

    def line(self) -> str:
        """Return it for people."""
        found = self.findings
        text = (
            f"{'clean ' if self.clean else 'BROKEN'} fed {found.fed}  lost {found.lost}  doubled {found.doubled}  "
            f"disordered {found.disordered}  altered {found.altered}  wrong tags {found.wrong}  "
            f"uncommitted {found.uncommitted}  | kills {self.faults[Fault.KILL]}  stops {self.faults[Fault.FREEZE]}  "
            f"broker restarts {self.faults[Fault.BROKER]}  restarts {self.faults[Fault.RESTART]}  | exits {dict(sorted(self.exits.items()))}  "
            f"stopped with {self.stops}  {self.seconds:.0f} s"
        )
        return "\n  ".join((text, *self.problems, *self.ends, *found.examples))
