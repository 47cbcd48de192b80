"""The door of an application of HTTP that knows nothing of tokens, nor of pages in browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.authentication import AuthCredentials, SimpleUser
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from emotag_service.access.bearer import HEADER, AccessError, challenge

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from emotag_service.access.bearer import Bearer

_HTTP = {"UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403}


class Door:
    """Lets requests through to an application; one by a token has its holder's name for a user.

    Refusals are JSON in the form of google.rpc.Status (AIP-193).
    """

    def __init__(
        self, app: ASGIApp, bearer: Bearer | None, *, public: Collection[str] = (), pages: bool = False
    ) -> None:
        """Make one.

        Args:
            app: What answers.
            bearer: Asks for tokens of the scope classify; None asks nobody.
            public: Paths that whoever connects may read.
            pages: Whether pages of browsers come through: the application looks at their origins itself. Elsewhere
                they could use what this machine alone can reach.
        """
        self._app = app
        self._bearer = bearer
        self._public = public
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            if not self._pages and "origin" in headers:
                raise AccessError("ORIGIN", "pages of browsers may not call", "PERMISSION_DENIED")  # noqa: TRY301 - answered as the others
            if self._bearer is not None and not self._reads_what_is_public(scope):
                grant = self._bearer.admit(headers.getlist(HEADER), "classify").grant
                scope = {**scope, "user": SimpleUser(grant.name), "auth": AuthCredentials(sorted(grant.scopes))}
        except AccessError as error:
            await _refused(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _reads_what_is_public(self, scope: Scope) -> bool:
        return scope["method"] in ("GET", "HEAD") and scope["path"] in self._public


def _refused(error: AccessError) -> JSONResponse:
    number = _HTTP[error.code]
    problem = {"code": number, "status": error.code, "message": str(error)}
    return JSONResponse({"error": problem}, number, challenge(error.reason))
