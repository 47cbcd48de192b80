"""What labels the live model of a process gave lately."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.ops.drift import LEAST_TAGS, drift_families

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prometheus_client.core import Metric

    from emotag_model.labels import Taxonomy
    from emotag_service.engine.engine import Engine
    from emotag_service.ops.drift_reference import Reference

    Counts = Mapping[tuple[str, str], int]
    """By taxonomy and label."""

WINDOW_SECONDS = 3_600.0
_STEP_SECONDS = WINDOW_SECONDS / 60
_log = structlog.get_logger(__name__)


class LabelWindow:
    """Counts of an hour or a little more, by snapshots of the engine's that are taken when somebody asks.

    Between two scrapes it costs nothing. Not to be asked by two threads at once.
    """

    def __init__(
        self,
        engine: Callable[[], Engine | None],
        reference: Reference,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it; `reference` wins over what the checkpoint expects."""
        self._engine = engine
        self._reference = reference
        self._clock = clock
        self._past: deque[tuple[float, Mapping[str, Counts]]] = deque([(clock(), {})])
        self._told = False

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: the drift of this process alone."""
        return drift_families([self.counts()])

    def counts(self) -> dict[str, Any]:
        """Take a snapshot; returns a digest, and by taxonomy counts and expected shares, as `drift_of` reads them."""
        engine = self._engine()
        if engine is None:
            return {"digest": "", "taxonomies": {}}
        digest = engine.model.identity.digest
        before, now = self._window(engine.stats().model_tags, digest)
        lately = {
            taxonomy.name: {
                "counts": _since(taxonomy, before, now),
                "expected": self._reference.shares(taxonomy),
            }
            for taxonomy in engine.model.taxonomies
        }
        self._tell(lately)
        return {"digest": digest, "taxonomies": lately}

    def _window(self, tags: Mapping[str, Counts], digest: str) -> tuple[Counts, Counts]:
        """Return the counts of the model of this digest at the window's beginning, and now."""
        now = self._clock()
        if now - self._past[-1][0] >= _STEP_SECONDS:
            self._past.append((now, tags))
        while len(self._past) > 1 and now - self._past[1][0] >= WINDOW_SECONDS:
            self._past.popleft()
        return self._past[0][1].get(digest, {}), tags.get(digest, {})

    def _tell(self, lately: Mapping[str, Mapping[str, Any]]) -> None:
        """Log, once, that a taxonomy that is used has no reference."""
        blind = [
            name
            for name, found in lately.items()
            if found["expected"] is None and sum(found["counts"].values()) >= LEAST_TAGS
        ]
        if blind and not self._told:
            self._told = True
            _log.info("drift without reference", taxonomies=blind, hint="keep /drift of a good hour: --drift-reference")


def _since(taxonomy: Taxonomy, before: Counts, now: Counts) -> dict[str, int]:
    keys = {label: (taxonomy.name, label) for label in taxonomy.labels}
    return {label: now.get(key, 0) - before.get(key, 0) for label, key in keys.items()}
