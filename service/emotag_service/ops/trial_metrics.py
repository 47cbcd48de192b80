"""The figures of a shadow and of a split as metrics, while there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.ops.families import counter, gauge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.core import Metric

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.shadow import Shadow
    from emotag_service.engine.split import Split


class TrialMetrics:
    """Collects from what there is of both."""

    def __init__(self, engine: Callable[[], Engine | None], shadow: Callable[[], Shadow | None]) -> None:
        self._engine = engine
        self._shadow = shadow

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        engine, shadow = self._engine(), self._shadow()
        if shadow is not None:
            yield from _compared(shadow)
        if engine is not None and (split := engine.branches.split) is not None:
            yield from _divided(engine, split)


def _compared(shadow: Shadow) -> Iterator[Metric]:
    found = shadow.comparison
    yield counter("emotag_shadow_compared", "Messages with two labels.", dict(found.compared), "taxonomy")
    yield counter(
        "emotag_shadow_disagreed", "Of those, the ones whose labels differ.", list(found.disagreed.copy().items()),
        "taxonomy", "live", "shadow",
    )  # fmt: skip
    yield gauge(
        "emotag_shadow_score_difference", "How far two scores of a live label are apart.", found.mean_difference
    )
    yield counter("emotag_shadow_dropped", "Messages not computed, since live ones go first.", found.dropped)
    yield counter("emotag_shadow_failed", "Messages that the candidate has no label for.", found.failed)
    yield gauge("emotag_shadow_comparing", "1 while it compares, 0 once it was given up.", float(not shadow.problem))


def _divided(engine: Engine, split: Split) -> Iterator[Metric]:
    got = split.messages.copy()
    models = dict.fromkeys((engine.model.identity, split.candidate, *got))
    messages = [(_names(model), got[model]) for model in models]
    yield counter("emotag_split_messages", "Messages by the model that is to answer.", messages, "model", "digest")
    made = engine.stats().model_tags
    tags = [((*_names(model), *key), count) for model in models for key, count in made.get(model.digest, {}).items()]
    yield counter(
        "emotag_split_tags", "Tags by the model that made them.", tags, "model", "digest", "taxonomy", "label"
    )


def _names(model: Identity) -> tuple[str, str]:
    return f"{model.name}@{model.version}", model.digest[:12]
