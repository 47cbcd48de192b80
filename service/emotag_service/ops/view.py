"""What the operators' port shows of a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from prometheus_client.registry import CollectorRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the port shows. All of it is read on the port's thread, also while the loop of the service is stuck.

    Attributes:
        loop: That of the service, whose pulse is taken.
        unready: Says why the process should be sent nothing; empty when it should.
        model: What answers, in JSON's types; empty until that is known.
        drift: Shares of labels by taxonomy, lately, in JSON's types.
        registry: What is counted.
        patience: Seconds after which the loop counts as stuck.
    """

    loop: asyncio.AbstractEventLoop
    unready: Callable[[], str]
    model: Callable[[], Mapping[str, Any]]
    drift: Callable[[], Mapping[str, Any]]
    registry: CollectorRegistry
    patience: float = 2.0
