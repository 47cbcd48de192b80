"""`emotag mcp`: tools for language models, over the Model Context Protocol."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from emotag.aio_client import AsyncEmotionClient
from emotag.cli.arguments import add_tagging, port_number, security
from emotag.tools import make_server

if TYPE_CHECKING:
    import argparse

    from mcp.server.mcpserver import MCPServer

HOST = "127.0.0.1"


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
        "  emotag mcp --http-port 8931       # hosts connect to http://127.0.0.1:8931/mcp"
    )
    parser.add_argument(
        "--http-port",
        type=port_number,
        metavar="PORT",
        help="speak streamable HTTP on this port of this machine (default: standard input and output)",
    )
    add_tagging(parser)


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    logging.basicConfig(level=logging.WARNING)  # on standard error; standard output belongs to the protocol
    asyncio.run(_serve(args))
    return 0


async def _serve(args: argparse.Namespace) -> None:
    if args.target is None:
        from emotag.local import EmotionTagger  # noqa: PLC0415 - a model is loaded only where it is used

        await _speak(make_server(EmotionTagger().tag_async), args.http_port)
        return
    async with AsyncEmotionClient(args.target, **security(args)) as client:
        await _speak(make_server(client.classify_many), args.http_port)


async def _speak(server: MCPServer[Any], port: int | None) -> None:
    if port is None:
        await server.run_stdio_async()
    else:
        # Requests need no session, so that a restart is not noticed. On loopback the host and origin are checked.
        await server.run_streamable_http_async(host=HOST, port=port, stateless_http=True, json_response=True)
