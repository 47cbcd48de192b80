"""What the tests of the operators' port share: pages over HTTP, and samples of metrics."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Page(NamedTuple):
    status: int
    text: str
    kind: str


async def get(port: int, path: str, accept: str = "*/*") -> Page:
    """A page of a port of this machine."""
    return await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/{path}", accept)


def _get(url: str, accept: str) -> Page:
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - http, above
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - see above
            return Page(reply.status, reply.read().decode(), reply.headers["content-type"])
    except urllib.error.HTTPError as error:
        with error:
            return Page(error.code, error.read().decode(), error.headers["content-type"])


def samples(text: str) -> Samples:
    """Values by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def collected(collector: Collector) -> Samples:
    """What one collector exports."""
    registry = CollectorRegistry()
    registry.register(collector)
    return samples(generate_latest(registry).decode())


def value(found: Samples, name: str, /, **labels: str) -> float:
    """The value of one sample."""
    return found[name, frozenset(labels.items())]


def names(found: Samples) -> set[str]:
    """The names of all samples."""
    return {name for name, _ in found}
