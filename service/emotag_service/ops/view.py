"""What the operators' port shows of a process: what it was built from, what it answers with, what it counts."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, GCCollector, Info, ProcessCollector

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from emotag_service.engine.engine import Engine
    from emotag_service.ops.label_window import LabelWindow

COMMIT_VARIABLE = "EMOTAG_COMMIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the port shows. All of it is read on the port's thread, also while the loop of the service is stuck.

    Attributes:
        loop: That of the service, whose pulse is taken.
        unready: Says why the process should be sent nothing; empty when it should.
        model: What answers, in JSON's types; empty until that is known.
        window: Labels of tags, lately; of several processes they are put together.
        registry: What else is counted.
        patience: Seconds after which the loop counts as stuck.
    """

    loop: asyncio.AbstractEventLoop
    unready: Callable[[], str]
    model: Callable[[], Mapping[str, Any]]
    window: LabelWindow
    registry: CollectorRegistry
    patience: float = 2.0


def new_registry() -> CollectorRegistry:
    """Return a registry of what every process exports: its build, memory, CPU, files and garbage collections."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    Info("emotag_build", "What this process was built from.", registry=registry).info(build())
    return registry


def build() -> dict[str, str]:
    """Return the version, the commit if anybody knows it, and the Python that runs it.

    The commit is that of `EMOTAG_COMMIT`, which an image is built with, or of an install from a repository (PEP 610).
    """
    version, commit = _installed()
    return {
        "version": version,
        "commit": os.environ.get(COMMIT_VARIABLE, "") or commit,
        "python": platform.python_version(),
    }


def model(engine: Engine | None) -> dict[str, Any]:
    """Return what tags are made by, in JSON's types; empty where that is not known, or not in this process."""
    if engine is None:
        return {}
    identity = engine.model.identity
    return {
        "name": identity.name,
        "version": identity.version,
        "digest": identity.digest,
        "computes": engine.model.computes,
        "taxonomies": {taxonomy.name: list(taxonomy.labels) for taxonomy in engine.model.taxonomies},
    }


def _installed() -> tuple[str, str]:
    try:
        found = distribution("emotag")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "", ""
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    return found.version, str(origin.get("vcs_info", {}).get("commit_id", ""))
