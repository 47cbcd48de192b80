"""The operators' port over several workers: each answers over its link, and the supervisor puts it together."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from starlette.responses import JSONResponse, PlainTextResponse, Response

from emotag_service.ops.drift import drift_families, drift_of
from emotag_service.ops.families import gauge
from emotag_service.ops.view import build, new_registry
from emotag_service.process.link import AskError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request

    from emotag_service.ops.view import View
    from emotag_service.process.supervisor import Supervisor

_PATIENCE = 2.0
_DELAY = "What the worker took to answer the supervisor; its event loop is busy, or stuck, when that is long."


class WorkerView:
    """A worker's end: answers what `WorkerPages` asks. Belongs to the worker's event loop."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._counting = asyncio.Lock()  # the window is for one thread at a time

    async def answer(self, what: str) -> Any:
        """Return what was asked for, in JSON's types. Raises KeyError for what nobody asks."""
        if what == "metrics":
            return {"at": time.monotonic(), "shown": await asyncio.to_thread(self._metrics)}
        if what == "drift":
            async with self._counting:
                return await asyncio.to_thread(self._view.window.counts)
        return {"pulse": time.monotonic, "unready": self._view.unready, "model": self._view.model}[what]()

    def _metrics(self) -> list[Any]:
        return [_plain(family) for family in self._view.registry.collect()]


class WorkerPages:
    """The supervisor's end: the pages of `emotag_service.ops.app.Pages`, of all workers. Made on its event loop."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._loop = asyncio.get_running_loop()

    async def livez(self, _request: Request) -> Response:
        """Tell whether every event loop turns; a worker that is being replaced has none. 503 when one is stuck."""
        answers = await self._ask("pulse")
        states = {worker.number: worker.state for worker in self._supervisor.workers}
        stuck = [number for number, state in states.items() if state == "ready" and answers[number] is None]
        shown = {number: "stuck" if number in stuck else state for number, state in states.items()}
        lines = [f"worker {number}: {state}\n" for number, state in shown.items()]
        return PlainTextResponse("".join(lines), 503 if stuck else 200)

    async def readyz(self, _request: Request) -> Response:
        """Tell whether messages are welcome at every worker. 503, with the reasons, when they are not."""
        answers = await self._ask("unready")
        reasons = {number: "does not answer" if said is None else said for number, said in answers.items()}
        lines = [f"worker {number}: {reason}\n" for number, reason in reasons.items() if reason]
        return PlainTextResponse("".join(lines) or "ok\n", 503 if lines else 200)

    async def metrics(self, request: Request) -> Response:
        """Write what all of them count, each series with the number of its worker, and the drift of all together."""
        began = time.monotonic()
        found, windows = await asyncio.gather(self._ask("metrics"), self._ask("drift"))
        delays = {str(number): _PATIENCE if said is None else said["at"] - began for number, said in found.items()}
        families = self._own(delays) + drift_families(window for window in windows.values() if window)
        for number, said in found.items():
            families += [_labelled(plain, str(number)) for plain in (said or {"shown": ()})["shown"]]
        registry = CollectorRegistry()
        registry.register(_Merged(families))
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": content_type})

    async def buildinfo(self, _request: Request) -> Response:
        """Say what runs here, and what each worker answers with."""
        models = {str(number): model for number, model in (await self._ask("model")).items() if model}
        first: Mapping[str, Any] = next(iter(models.values()), {})
        digests = {number: model["digest"] for number, model in models.items()}
        return JSONResponse({**build(), "model": first, "workers": digests})

    async def drift(self, _request: Request) -> Response:
        """Say how labels were distributed lately: over all, and by worker."""
        windows = {str(number): window for number, window in (await self._ask("drift")).items() if window}
        each = {number: drift_of([window]) for number, window in windows.items()}
        return JSONResponse({**drift_of(windows.values()), "workers": each})

    def _own(self, delays: Mapping[str, float]) -> list[Metric]:
        """What the supervisor knows of the workers, and exports of itself."""
        ready = {str(worker.number): float(worker.state == "ready") for worker in self._supervisor.workers}
        return [
            gauge("emotag_worker_ready", "1 while the worker has a process that serves.", ready, "worker"),
            gauge("emotag_event_loop_delay_seconds", _DELAY, delays, "worker"),
            *(_labelled(_plain(family), "supervisor") for family in new_registry().collect()),
        ]

    async def _ask(self, what: str) -> dict[int, Any]:
        """Answers by worker, None where there is none in time."""
        asked = asyncio.run_coroutine_threadsafe(self._supervisor.ask_all(what, within=_PATIENCE), self._loop)
        try:
            async with asyncio.timeout(2 * _PATIENCE):
                answers = await asyncio.wrap_future(asked)
        except TimeoutError:  # the supervisor itself does not answer
            answers = {worker.number: AskError("") for worker in self._supervisor.workers}
        return {number: None if isinstance(said, AskError) else said for number, said in answers.items()}


class _Merged:
    """Families of several processes as one collector: those of one name become one."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families: dict[str, Metric] = {}
        for family in families:
            if self._families.setdefault(family.name, family) is not family:
                self._families[family.name].samples += family.samples

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client."""
        return self._families.values()


def _plain(family: Metric) -> list[Any]:
    """A family in JSON's types."""
    samples = [[sample.name, sample.labels, sample.value] for sample in family.samples]
    return [family.name, family.documentation, family.type, samples]


def _labelled(plain: Sequence[Any], worker: str) -> Metric:
    name, text, kind, samples = plain
    family = Metric(name, text, kind)
    for sample, labels, value in samples:
        family.add_sample(sample, {**labels, "worker": worker}, value)
    return family
