"""What a subject is told: where from, where to, and how it commits. Spelled as `emotag tag-topic` spells it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What to do.

    Attributes:
        bootstrap: The broker.
        input: The topic that is read.
        output: The topic that is written, as many partitions as the input.
        group: The consumer group.
        delivery: "exactly-once": records and offsets in one transaction; "at-least-once": offsets after records.
        transaction_seconds: Age at which a transaction is committed, or offsets are.
        transaction_records: Size at which it is before that.
        one_by_one: Records go through the client's `send` instead of its batch interface.
        as_tagged: Records are written as large as with a tag in them, with as many headers.
        profile: File that the profiler's figures go to at the end, or "": no profiler runs.
    """

    bootstrap: str
    input: str
    output: str
    group: str
    delivery: str = "exactly-once"
    transaction_seconds: float = 0.1
    transaction_records: int = 10_000
    one_by_one: bool = False
    as_tagged: bool = False
    profile: str = ""

    @property
    def exactly_once(self) -> bool:
        return self.delivery == "exactly-once"

    def settings(self) -> list[str]:
        """The options that `emotag tag-topic` has too."""
        own = ("one_by_one", "as_tagged", "profile")
        names = [field.name for field in fields(self) if field.name not in own]
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in names]

    def options(self) -> list[str]:
        """All of them, for a process that reads them by `read`."""
        flags = [name for name in ("one_by_one", "as_tagged") if getattr(self, name)]
        return [*self.settings(), f"--profile={self.profile}", *(f"--{flag.replace('_', '-')}" for flag in flags)]

    @classmethod
    def read(cls, description: str | None) -> Self:
        """From the command line of this process."""
        parser = argparse.ArgumentParser(description=description)
        for name in ("bootstrap", "input", "output", "group", "delivery"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--transaction-seconds", type=float, required=True)
        parser.add_argument("--transaction-records", type=int, required=True)
        parser.add_argument("--one-by-one", action="store_true")
        parser.add_argument("--as-tagged", action="store_true")
        parser.add_argument("--profile", default="")
        return cls(**vars(parser.parse_args()))
