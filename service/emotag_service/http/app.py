"""The routes of the HTTP front, each with the boundary at which its errors become answers, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emotag_service.contract.status import make_status, status_of
from emotag_service.contract.traffic import Traffic
from emotag_service.http import errors
from emotag_service.http.classify import Classifications, Classify
from emotag_service.http.inference import Inference
from emotag_service.http.openapi import document
from emotag_service.http.predict import HEALTH, PREDICT, Predict
from emotag_service.http.stream import StreamRoute

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from emotag_service.http.desk import Desk
    from emotag_service.http.errors import Refuse

    Answer = Callable[[Request], Awaitable[Response]]

_STREAM = "/v1/stream"
_LEFT = "499"  # whoever asked did not wait, as nginx counts it
_FAULT = "500"  # of what leaves a route past its boundary


class CountedRoute:
    """An ASGI application that is counted."""

    def __init__(self, app: ASGIApp, traffic: Traffic, route: str) -> None:
        self._app = app
        self._traffic = traffic
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with self._traffic.count(self._route, _LEFT) as ending:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    ending.name = str(message["status"])
                await send(message)

            try:
                await self._app(scope, receive, noted)
            except Exception:
                if ending.name == _LEFT:  # nothing was said, which the web server answers by 500
                    ending.name = _FAULT
                raise


def make_app(desk: Desk) -> tuple[Starlette, Traffic]:
    """Make the application, and what counts its requests."""
    predict, inference = Predict(desk), Inference(desk)
    model = "/v2/models/{model}"
    table: list[tuple[str, str, Answer, Refuse]] = [
        *(("POST", path, predict.predict, errors.tei) for path in PREDICT),
        *(("GET", path, predict.health, errors.tei) for path in HEALTH),
        ("GET", "/info", predict.info, errors.tei),
        ("GET", "/v2", inference.server, errors.inference),
        ("GET", "/v2/health/live", inference.live, errors.inference),
        ("GET", "/v2/health/ready", inference.ready, errors.inference),
        ("POST", "/v1/classifications", Classifications(desk).classify, errors.classifications),
        ("POST", "/emotag.v1.EmotionService/Classify", Classify(desk).classify, errors.connect),
        ("GET", "/openapi.json", _openapi, errors.inference),
    ]
    for prefix in (model, model + "/versions/{version}"):
        table += [
            ("GET", prefix, inference.model, errors.inference),
            ("GET", prefix + "/ready", inference.ready, errors.inference),
            ("POST", prefix + "/infer", inference.infer, errors.inference),
        ]
    traffic = Traffic()
    for _, path, _, refuse in table:
        traffic.expect(path, "200", _fault(refuse), _FAULT, timed=True)
    traffic.expect(_STREAM, "200", _fault(errors.connect), _FAULT, timed=False)
    routes = [
        Route(path, CountedRoute(_Guarded(desk, answer, refuse), traffic, path), methods=[method])
        for method, path, answer, refuse in table
    ]
    routes.append(Route(_STREAM, CountedRoute(StreamRoute(desk), traffic, _STREAM), methods=["POST"]))
    return Starlette(routes=routes, middleware=_cors(desk), exception_handlers={404: _unknown, 405: _unknown}), traffic


def _fault(refuse: Refuse) -> str:
    """The status with which a request ends by a fault of ours."""
    return str(refuse(make_status("INTERNAL", "INTERNAL", "")).status_code)


class _Guarded:
    """One route: pages of foreign origins are refused, and every error leaves as its API spells it."""

    def __init__(self, desk: Desk, answer: Answer, refuse: Refuse) -> None:
        self._desk = desk
        self._answer = answer
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._desk.check_origin(request)
            response = await self._answer(request)
        except Exception as error:  # noqa: BLE001 - the boundary
            response = self._refuse(status_of(error))
        await response(scope, receive, send)


async def _openapi(_request: Request) -> Response:
    return JSONResponse(document())


async def _unknown(_request: Request, error: Exception) -> Response:
    status: int = getattr(error, "status_code", 404)
    problem = "no such path here: /openapi.json has all of them" if status == 404 else "this path has another method"
    return JSONResponse({"error": problem}, status, getattr(error, "headers", None))


def _cors(desk: Desk) -> list[Middleware]:
    """Lets pages of the origins that are named read answers; without any there is not one header of it."""
    if not desk.settings.origins:
        return []
    allowed = ["authorization", "content-type", "connect-timeout-ms", "connect-protocol-version"]
    return [
        Middleware(
            CORSMiddleware, allow_origins=desk.settings.origins, allow_methods=["GET", "POST"], allow_headers=allowed
        )
    ]
