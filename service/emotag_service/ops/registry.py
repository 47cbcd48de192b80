"""What every process exports: its build, its memory, CPU and files, and the interpreter's garbage collections."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, GCCollector, Info, ProcessCollector

from emotag_service.ops.build import build


def new_registry() -> CollectorRegistry:
    """Return a registry that exports that."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    Info("emotag_build", "What this process was built from.", registry=registry).info(build())
    return registry
