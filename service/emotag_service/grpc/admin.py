"""AdminService: changes of a running server, for those who may make them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from emotag.v1 import admin_service_pb2_grpc
from emotag.v1.admin_service_pb2 import (
    DrainRequest,
    DrainResponse,
    GetStatusRequest,
    GetStatusResponse,
    SetLogLevelRequest,
    SetLogLevelResponse,
    SetShadowRequest,
    SetShadowResponse,
    SetSplitRequest,
    SetSplitResponse,
    SwapCheckpointRequest,
    SwapCheckpointResponse,
    WorkerStatus,
)
from emotag_service.contract.status import CallRefusedError, make_status
from emotag_service.grpc.access import pass_of_call
from emotag_service.process.link import AskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from grpc import aio

    Context = aio.ServicerContext[Any, Any]

_log = structlog.get_logger(__name__)
_LOGGED = {"level": "least_level"}  # each line has a level of its own, which would stand in its place


class AdminServicer(admin_service_pb2_grpc.AdminServiceServicer):
    """Answers by whoever makes the changes.

    Who calls has a token of the scope "admin" (`Access` sees to it), or there are no tokens and the server listens on
    loopback alone.
    """

    def __init__(self, make: Callable[[str, dict[str, Any]], Awaitable[Any]], *, open_to_all: bool) -> None:
        """Make one.

        Args:
            make: Makes a change; raises AskError where it cannot be made.
            open_to_all: Whoever reaches the port may make changes.
        """
        self._make = make
        self._open = open_to_all
        self._under_way: set[asyncio.Task[Any]] = set()

    async def GetStatus(self, _request: GetStatusRequest, _context: Context) -> GetStatusResponse:  # noqa: N802
        """Say what serves."""
        return GetStatusResponse(workers=[WorkerStatus(**one) for one in await self._do("status")])

    async def SwapCheckpoint(self, request: SwapCheckpointRequest, _context: Context) -> SwapCheckpointResponse:  # noqa: N802
        """Replace the checkpoint."""
        return SwapCheckpointResponse(**await self._do("swap", checkpoint=request.checkpoint))

    async def SetShadow(self, request: SetShadowRequest, _context: Context) -> SetShadowResponse:  # noqa: N802
        """Have a candidate compute beside, or no more."""
        return SetShadowResponse(shadow=await self._do("shadow", **_trial(request)))

    async def SetSplit(self, request: SetSplitRequest, _context: Context) -> SetSplitResponse:  # noqa: N802
        """Have a candidate answer a share of conversations, or no more."""
        return SetSplitResponse(split=await self._do("split", **_trial(request), salt=request.salt))

    async def SetLogLevel(self, request: SetLogLevelRequest, _context: Context) -> SetLogLevelResponse:  # noqa: N802
        """Set the least level that is logged."""
        await self._do("log level", level=request.level)
        return SetLogLevelResponse()

    async def Drain(self, _request: DrainRequest, _context: Context) -> DrainResponse:  # noqa: N802
        """Begin to end."""
        await self._do("drain")
        return DrainResponse()

    async def _do(self, what: str, **values: Any) -> Any:
        shown = pass_of_call.get()
        if shown is None and not self._open:
            problem = "the server asks for no tokens and others can reach it: serve with --tokens to administer it"
            raise CallRefusedError(make_status("PERMISSION_DENIED", "ADMIN_CLOSED", problem))
        said = {_LOGGED.get(name, name): value for name, value in values.items()}
        if what != "status":
            _log.info("change asked for", what=what, by=shown.grant.name if shown else "", **said)
        # A change goes on when who asked for it waits no more: several processes cannot be called back half-way.
        task = asyncio.create_task(self._made(what, values, said))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _made(self, what: str, values: dict[str, Any], said: dict[str, Any]) -> Any:
        try:
            return await self._make(what, values)
        except AskError as error:
            _log.warning("change not made", what=what, problem=str(error), **said)
            raise CallRefusedError(make_status("FAILED_PRECONDITION", "NOT_CHANGED", str(error))) from error


def _trial(request: SetShadowRequest | SetSplitRequest) -> dict[str, Any]:
    share = request.share if request.HasField("share") else None
    return {"checkpoint": request.checkpoint, "share": share, "off": request.off}
