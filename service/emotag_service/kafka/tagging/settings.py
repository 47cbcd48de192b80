"""How the loop runs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Delivery = Literal["exactly-once", "at-least-once"]
Start = Literal["earliest", "latest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSettings:
    """How the loop runs.

    Attributes:
        group: Consumer group; taggers of one group share the partitions.
        topics: Input topics; empty when there is a pattern.
        pattern: Regular expression that input topics match from their start; empty when there are topics.
        delivery: "exactly-once": tags and offsets in one transaction; "at-least-once": offsets after the tags.
        instance_id: Static membership: a name that is this member's alone, kept over restarts; empty for dynamic.
        start: Where a partition begins that the group has no offset of.
        transaction_seconds: Age at which a transaction is committed.
        transaction_records: Size at which it is committed before that.
        batch_records: Records of one partition that are handed to the engine at once.
        batches_ahead: Such batches of one partition that wait for tags, or to be written, at once.
        buffer_records: Records held by the process at most, read but not written, over all partitions.
        buffer_bytes: Their bytes.
        session_seconds: Silence after which the group gives a member's partitions to others.
        rebalance_seconds: How long members have to come back with their transactions committed when partitions move.
        discovery_seconds: How often new partitions and topics are looked for.
        transaction_timeout_seconds: After which the cluster aborts what a dead tagger left open; readers wait as long.
        write_bytes: Bytes of one write to a partition; less where one of its topics accepts less.
        stop_seconds: How long lanes may take to commit what they have written when they must stop.
    """

    group: str
    topics: tuple[str, ...] = ()
    pattern: str = ""
    delivery: Delivery = "exactly-once"
    instance_id: str = ""
    start: Start = "earliest"
    transaction_seconds: float = 0.1
    transaction_records: int = 10_000
    batch_records: int = 256
    batches_ahead: int = 4
    buffer_records: int = 20_000
    buffer_bytes: int = 64 * 1024 * 1024
    session_seconds: float = 10.0
    rebalance_seconds: float = 60.0
    discovery_seconds: float = 30.0
    transaction_timeout_seconds: float = 15.0
    write_bytes: int = 512 * 1024
    stop_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not self.group:
            raise ValueError("LoopSettings.group is empty; name the consumer group")
        if bool(self.topics) == bool(self.pattern):
            raise ValueError("LoopSettings needs topics or a pattern, and not both")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and value <= 0:
                raise ValueError(f"LoopSettings.{field.name} is {value}; give it more than 0")
        if self.transaction_seconds >= self.transaction_timeout_seconds:
            raise ValueError(
                f"LoopSettings.transaction_seconds is {self.transaction_seconds:g}; the cluster aborts transactions "
                f"after {self.transaction_timeout_seconds:g} s: give it less"
            )
