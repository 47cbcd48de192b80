"""The view of `emotag serve`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from emotag_service.ops.caller_metrics import CallerMetrics
from emotag_service.ops.engine_metrics import EngineMetrics
from emotag_service.ops.label_window import LabelWindow
from emotag_service.ops.traffic_metrics import TrafficMetrics
from emotag_service.ops.trial_metrics import TrialMetrics
from emotag_service.ops.view import View, model, new_registry

if TYPE_CHECKING:
    from emotag_service.contract.traffic import Traffic
    from emotag_service.ops.drift_reference import Reference
    from emotag_service.service import Service


def serving_view(service: Service, reference: Reference) -> View:
    """Make the view of a service that is about to run on this event loop."""
    registry = new_registry()
    registry.register(EngineMetrics(lambda: service.engine, expected=lambda: True))
    registry.register(TrafficMetrics(lambda: _calls(service), "emotag_requests", "calls", "method", "code"))
    http = ("emotag_http_requests", "HTTP requests", "route", "status")
    registry.register(TrafficMetrics(lambda: _requests(service), *http))
    registry.register(CallerMetrics(lambda: None if service.callers is None else service.callers.refusals))
    registry.register(TrialMetrics(lambda: service.engine, lambda: service.control.shadow))
    return View(
        loop=asyncio.get_running_loop(),
        unready=lambda: _unready(service),
        model=lambda: model(service.engine),
        window=LabelWindow(lambda: service.engine, reference),
        registry=registry,
    )


def _unready(service: Service) -> str:
    """By what grpc.health.v1 answers."""
    server, engine = service.server, service.engine
    if server is None or engine is None:
        return "starting: the checkpoint is not loaded yet"
    if server.health.serving:
        return ""
    if server.health.stopping:
        return "stopping: it answers what it has, and takes nothing new"
    states = ", ".join(f"{name} is {state}" for name, state in engine.stats().replicas.items())
    return f"not serving: {states}"


def _calls(service: Service) -> Traffic | None:
    return None if service.server is None else service.server.calls


def _requests(service: Service) -> Traffic | None:
    return None if service.http is None else service.http.traffic
