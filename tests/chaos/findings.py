"""What a verifier finds: how many records went wrong, and in which way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_EXAMPLES = 5


@dataclass(slots=True)
class Findings:
    """Counts of what went wrong; all zero is the only good answer.

    Attributes:
        fed: Records in the input topic.
        lost: Of these, found nowhere.
        doubled: Records found once more than they were fed.
        disordered: Neighbours in an output partition that were not in that order in the input.
        altered: Records of which something beyond the tag changed, or that went to the wrong place.
        wrong: Tags that differ from the engine's.
        uncommitted: Input records that a restarted tagger would tag again.
        examples: Some of each, for people.
    """

    fed: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    altered: int = 0
    wrong: int = 0
    uncommitted: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing went wrong."""
        return self.fed > 0 and not self.problems()

    def problems(self) -> dict[str, int]:
        """Return the counts that are not zero."""
        return {name: count for name, count in self.counts().items() if count and name != "fed"}

    def counts(self) -> dict[str, Any]:
        """Return every count by name."""
        return {name: value for name, value in asdict(self).items() if name != "examples"}

    def note(self, kind: str, detail: str, count: int = 1) -> None:
        """Count something that went wrong."""
        setattr(self, kind, getattr(self, kind) + count)
        if sum(example.startswith(kind) for example in self.examples) < _EXAMPLES:
            self.examples.append(f"{kind}: {detail}")
