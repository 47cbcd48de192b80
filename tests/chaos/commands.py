"""How a tagger process is started: as shipped, or as a variant that is wrong on purpose."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

# How the taggers of each variant are run; what is wrong with them stands in the modules named.
VARIANTS: dict[str, Sequence[str]] = {
    "none": ("emotag",),
    "commit-outside": ("tests.chaos.sabotage", "commit-outside"),
    "private-ids": ("tests.chaos.sabotage", "private-ids"),
    "naive": ("tests.chaos.naive",),
}


WRITING = ("sent", "offsets-added", "committing", "committed")
REBALANCING = ("assigned", "taken-over", "revoked", "given-back")
# How often a point is passed before a tagger dies there: not at the first, so that it has work in hand. Those of
# rebalancing are passed when partitions move only, so something has to move them: the other deaths, and restarts.
PASSINGS = {**dict.fromkeys(WRITING, 3), **dict.fromkeys(REBALANCING, 2)}
DEATHS = 3


def dies_at(point: str) -> tuple[str, ...]:
    """Return the runner of a tagger that is killed at this point."""
    return ("tests.chaos.killpoint", point, str(PASSINGS[point]))


@dataclass(frozen=True, slots=True)
class Names:
    """What a run calls its topics and its group."""

    run: str

    @property
    def input(self) -> str:
        return f"{self.run}.messages"

    @property
    def output(self) -> str:
        return f"{self.run}.tagged"

    @property
    def dead(self) -> str:
        return f"{self.run}.messages.dead-letters"

    @property
    def group(self) -> str:
        return f"{self.run}-taggers"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerCommand:
    """Makes command lines of taggers.

    Attributes:
        runners: Module that is run, and what goes before `tag-topic`; slots take them in turn.
        deaths: How often such a process kills itself before its slot runs `emotag` as shipped; 0: it does not.
        options: More options of `emotag tag-topic`; by default each computes in process, on one core.
        static: Each slot has an instance id, which its next process inherits.
        session_seconds: Of the consumer group.
    """

    runners: Sequence[Sequence[str]] = (("emotag",),)
    deaths: int = 0
    options: Sequence[str] = ("--devices", "cpu:1")
    static: bool = False
    session_seconds: float = 6.0

    def line(self, bootstrap: str, names: Names, slot: int, deaths: int) -> list[str]:
        """Return the command of the tagger in a slot whose processes have killed themselves so often."""
        runner = VARIANTS["none"] if 0 < self.deaths <= deaths else self.runners[slot % len(self.runners)]
        identity = ("--instance-id", f"tagger-{slot}") if self.static else ()
        return [
            sys.executable, "-m", *runner, "tag-topic", "--bootstrap", bootstrap, "--group", names.group,
            "--input", names.input, "--output", names.output, "--dead-letter-topic", names.dead, "--codec", "json",
            "--session-seconds", f"{self.session_seconds:g}", "--log-format", "json", *identity, *self.options,
        ]  # fmt: skip
