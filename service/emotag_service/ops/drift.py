"""How far the labels of tags have moved from what is expected of the model: the population-stability index.

    psi = sum over labels of (share - expected) * ln(share / expected)

Below 0.1 nothing has changed, from 0.25 on something has: the messages, or what is made of them (Siddiqi, "Credit Risk
Scorecards", 2006). Shares are those of an hour or a little more, by snapshots of the engine's counts that are taken
when somebody asks: between two scrapes it costs nothing.
"""

from __future__ import annotations

import json
import time
from collections import deque
from math import isclose, log
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.ops.errors import DriftReferenceError
from emotag_service.ops.families import gauge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from prometheus_client.core import Metric

    from emotag_model.labels import Taxonomy
    from emotag_service.engine.engine import Engine

    Counts = Mapping[tuple[str, str], int]
    """By taxonomy and label."""

WINDOW_SECONDS = 3_600.0
LEAST_TAGS = 500
"""Below that the index says more of chance than of drift: it is about (labels - 1) / tags where nothing has changed."""

_STEP_SECONDS = WINDOW_SECONDS / 60
_LEAST_SHARE = 1e-4  # expected of a label that the reference never met
_log = structlog.get_logger(__name__)


class Reference:
    """Expected shares of labels by taxonomy."""

    def __init__(self, given: Mapping[str, Mapping[str, float]]) -> None:
        """Make it of shares by taxonomy and label; a taxonomy that is missing is expected as by the checkpoint."""
        self._given = given

    @classmethod
    def load(cls, path: Path | None) -> Reference:
        """Read what `/drift` has shown; nothing is given without a path.

        Raises:
            DriftReferenceError: It cannot be read, or is something else.
        """
        if path is None:
            return cls({})
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            given = {name: _shares(shown) for name, shown in content["taxonomies"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            raise DriftReferenceError(
                f"--drift-reference {path}: is not what the operators' port shows under /drift ({why}); "
                "keep that page of an hour of usual messages"
            ) from error
        return cls({name: shares for name, shares in given.items() if shares})

    def shares(self, taxonomy: Taxonomy) -> Mapping[str, float] | None:
        """Return what is expected; None when nobody says, or the file has other labels."""
        given = self._given.get(taxonomy.name)
        if given is not None:
            return given if set(given) == set(taxonomy.labels) else None
        return dict(zip(taxonomy.labels, taxonomy.expected, strict=True)) if taxonomy.expected else None


class Drift:
    """Collects the index of each taxonomy that is used. Belongs to the thread of the port."""

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
        """Of Prometheus' client: take a snapshot, and compare."""
        lately = self.report()["taxonomies"]
        tags = {name: shown["tags"] for name, shown in lately.items()}
        found = {name: shown["psi"] for name, shown in lately.items() if shown["psi"] is not None}
        yield gauge("emotag_drift_window_tags", "Tags that drift is computed from.", tags, "taxonomy")
        yield gauge(
            "emotag_drift_psi",
            "Population-stability index of labels against what is expected: 0.1 is noticeable, 0.25 is a shift.",
            found,
            "taxonomy",
        )

    def report(self) -> dict[str, Any]:
        """Return tags, index and shares by taxonomy, in JSON's types."""
        engine = self._engine()
        if engine is None:
            return {"taxonomies": {}}
        before, now = self._window(engine.stats().model_tags, engine.model.identity.digest)
        lately = {
            taxonomy.name: self._compare(taxonomy, _since(taxonomy, before, now))
            for taxonomy in engine.model.taxonomies
        }
        self._tell(lately)
        return {"taxonomies": lately}

    def _window(self, tags: Mapping[str, Counts], digest: str) -> tuple[Counts, Counts]:
        """Return the counts of the model of this digest at the window's beginning, and now."""
        now = self._clock()
        if now - self._past[-1][0] >= _STEP_SECONDS:
            self._past.append((now, tags))
        while len(self._past) > 1 and now - self._past[1][0] >= WINDOW_SECONDS:
            self._past.popleft()
        return self._past[0][1].get(digest, {}), tags.get(digest, {})

    def _compare(self, taxonomy: Taxonomy, counts: Mapping[str, int]) -> dict[str, Any]:
        total = sum(counts.values())
        expected = self._reference.shares(taxonomy)
        known = expected is not None and total >= LEAST_TAGS
        return {
            "tags": total,
            "psi": stability_index(counts, expected) if known and expected else None,
            "shares": {label: count / total for label, count in counts.items()} if total else {},
        }

    def _tell(self, lately: Mapping[str, Mapping[str, Any]]) -> None:
        """Log, once, that the taxonomy that is used has no reference."""
        blind = [name for name, shown in lately.items() if shown["tags"] >= LEAST_TAGS and shown["psi"] is None]
        if blind and not self._told:
            self._told = True
            _log.info("drift without reference", taxonomies=blind, hint="keep /drift of a good hour: --drift-reference")


def stability_index(counts: Mapping[str, int], expected: Mapping[str, float]) -> float:
    """Return the index of counts against expected shares, which have the same labels and sum to 1."""
    total = sum(counts.values()) + 0.5 * len(counts)  # half a tag each: a label that did not occur has a logarithm, too
    pairs = [((count + 0.5) / total, max(expected[label], _LEAST_SHARE)) for label, count in counts.items()]
    return sum((share - least) * log(share / least) for share, least in pairs)


def _since(taxonomy: Taxonomy, before: Counts, now: Counts) -> dict[str, int]:
    keys = {label: (taxonomy.name, label) for label in taxonomy.labels}
    return {label: now.get(key, 0) - before.get(key, 0) for label, key in keys.items()}


def _shares(shown: Mapping[str, Any]) -> dict[str, float]:
    shares = {str(label): float(share) for label, share in shown["shares"].items()}
    if shares and not (min(shares.values()) >= 0 and isclose(sum(shares.values()), 1.0, abs_tol=1e-3)):
        raise ValueError("shares must be 0 or more and sum to 1")
    return shares
