"""The port at which hosts of the Model Context Protocol connect: streamable HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag_service.access.address import spelled
from emotag_service.access.bearer import Bearer
from emotag_service.access.door import Door
from emotag_service.access.protection import Protection
from emotag_service.access.tokens import Tokens
from emotag_service.access.web import WebPort

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mcp.server.mcpserver import MCPServer

_PROTECTION = Protection()
_CHECKED = ("127.0.0.1", "localhost", "::1")  # where the SDK looks at hosts and origins itself


class ToolsPort:
    """Serves tools while it is entered.

    Attributes:
        url: Where hosts connect; there once it is entered.
    """

    url: str

    def __init__(
        self, server: MCPServer[Any], *, host: str = "127.0.0.1", port: int = 0, protection: Protection = _PROTECTION
    ) -> None:
        """Take no address yet.

        Args:
            server: What has the tools.
            host: Where the port listens.
            port: 0 picks a free one.
            protection: Who may connect and call; of its quotas and switches none is looked at.
        """
        self._server, self._host, self._port, self._protection = server, host, port, protection

    async def __aenter__(self) -> Self:
        """Open the port.

        Raises:
            ListenError: It is in use, none of this machine's, or not protected as it has to be.
            TokenFileError: The file of tokens cannot be used.
        """
        tokens = self._protection.tokens
        bearer = None if tokens is None else Bearer(Tokens(tokens))
        # Requests need no session, so that a restart is not noticed.
        app = self._server.streamable_http_app(host=self._host, stateless_http=True, json_response=True)
        self._web = WebPort(self._host, self._port, self._protection, ("--host", "--http-port"))
        self._web.serve(Door(app, bearer, pages=self._host in _CHECKED), lifespan=True)
        self.url = f"{'https' if self._web.tls else 'http'}://{spelled(self._host, self._web.port)}/mcp"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; what is under way has a second."""
        await self._web.stop()
