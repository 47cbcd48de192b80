"""Plain figures as families of Prometheus' metrics."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric

    from emotag_service.engine.histogram import Histogram

    Values = float | Mapping[str, float] | Iterable[tuple[tuple[str, ...], float]]


def counter(name: str, text: str, values: Values, *labels: str) -> Metric:
    """What only grows; `name` goes without `_total`. A number, by one label a mapping, by several pairs."""
    return _filled(CounterMetricFamily(name, text, labels=labels), values)


def gauge(name: str, text: str, values: Values, *labels: str) -> Metric:
    """What goes up and down; see `counter`."""
    return _filled(GaugeMetricFamily(name, text, labels=labels), values)


def histogram(name: str, text: str, values: Histogram | Mapping[str, Histogram], *labels: str) -> Metric:
    """What was put into buckets; by one label a mapping."""
    family = HistogramMetricFamily(name, text, labels=labels)
    for label, one in values.items() if isinstance(values, Mapping) else [(None, values)]:
        bounds = [*(f"{float(bound)}" for bound in one.bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(one.counts), strict=True))
        family.add_metric([] if label is None else [label], buckets, one.total)
    return family


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Values) -> Metric:
    if isinstance(values, (int, float)):
        family.add_metric([], values)
    elif isinstance(values, Mapping):
        for label, value in values.items():
            family.add_metric([label], value)
    else:
        for names, value in values:
            family.add_metric(names, value)
    return family
