"""`emotag mcp`: tools for language models, over the Model Context Protocol."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from emotag.aio_client import AsyncEmotionClient
from emotag.cli.arguments import add_tagging, port_number, security
from emotag.cli.listening import add_listening, protection, wait_for_end
from emotag.cli.typed_options import TypedOptionsParser, refuse_typed, refuse_without_target
from emotag.errors import InvalidArgumentError
from emotag.tools import make_server
from emotag.tools_pipe import serve_pipe

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from mcp.server.mcpserver import MCPServer

Parser = TypedOptionsParser  # what `emotag` parses the arguments with
_OF_A_PORT = ("host", "tls_cert", "tls_key", "tls_client_ca", "tokens", "insecure")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Serve the tools classify_emotion, classify_emotions and conversation_mood to a host of the Model Context "
        "Protocol. Tags are computed in this process unless a server is named."
    )
    parser.epilog = (
        "in the configuration of an MCP host:\n"
        '  {"mcpServers": {"emotag": {"command": "emotag", "args": ["mcp"]}}}\n\n'
        "example of the other transport:\n"
        "  emotag mcp --http-port 8931       # hosts connect to http://127.0.0.1:8931/mcp\n\n"
        "example of one that others reach, with their tokens:\n"
        "  emotag token new --name planner --scope classify 2>> tokens > planner.token\n"
        "  emotag mcp --http-port 8931 --host 0.0.0.0 --tls-cert server.pem --tls-key server.key --tokens tokens"
    )
    parser.add_argument(
        "--http-port",
        type=port_number,
        metavar="PORT",
        help="speak streamable HTTP on this port (default: standard input and output)",
    )
    add_listening(parser)
    add_tagging(parser)


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    refuse_without_target(args)
    if args.http_port is not None:
        return _run_port(args)
    refuse_typed(args, _OF_A_PORT, "is of a port, which there is none of; give --http-port, or no {}")
    logging.basicConfig(level=logging.WARNING)  # on standard error; standard output belongs to the protocol
    asyncio.run(_serve(args, serve_pipe))
    return 0


def _run_port(args: argparse.Namespace) -> int:
    from emotag.tools_port import ToolsPort  # noqa: PLC0415 - who speaks over standard input waits for no HTTP server
    from emotag_service.access.address import ListenError  # noqa: PLC0415 - see above
    from emotag_service.access.tokens import TokenFileError  # noqa: PLC0415 - see above
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see above

    async def listen(server: MCPServer[Any]) -> None:
        async with ToolsPort(server, host=args.host, port=args.http_port, protection=protected) as port:
            print(f"tools at {port.url}", flush=True)
            await wait_for_end()

    protected = protection(args)
    configure()
    try:
        asyncio.run(_serve(args, listen))
    except (ListenError, TokenFileError) as error:
        raise InvalidArgumentError(str(error)) from error
    return 0


async def _serve(args: argparse.Namespace, speak: Callable[[MCPServer[Any]], Awaitable[None]]) -> None:
    if args.target is None:
        from emotag.local import EmotionTagger  # noqa: PLC0415 - a model is loaded only where it is used

        await speak(make_server(EmotionTagger().tag_async))
        return
    async with AsyncEmotionClient(args.target, **security(args)) as client:
        await speak(make_server(client.classify_many))
