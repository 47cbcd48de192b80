"""`emotag a2a`: an agent for other agents, over the Agent2Agent protocol."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from emotag.a2a.server import AgentServer
from emotag.aio_client import AsyncEmotionClient
from emotag.cli.arguments import add_tagging, port_number, security
from emotag.cli.listening import add_listening, protection, wait_for_end
from emotag.cli.typed_options import TypedOptionsParser, refuse_without_target
from emotag.errors import InvalidArgumentError
from emotag_service.access.address import ListenError
from emotag_service.access.tokens import TokenFileError
from emotag_service.process.logs import configure

if TYPE_CHECKING:
    import argparse

    from emotag.info import Info
    from emotag.tagging import Tagging

Parser = TypedOptionsParser  # what `emotag` parses the arguments with
PORT = 9999


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Serve an agent with the skill classify-emotion to other agents, by A2A 1.0 (JSON-RPC, REST and, with "
        "--grpc-port, gRPC; JSON-RPC by 0.3, too). Its card is at /.well-known/agent-card.json. Tags are computed in "
        "this process unless a server is named. By default it listens on this machine alone, in plaintext, and asks "
        "for no token; the card, which whoever connects may read, says what callers have to bring."
    )
    parser.epilog = (
        "examples:\n"
        "  emotag a2a                                     # other agents find the card at http://127.0.0.1:9999\n"
        "  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out card-key.pem\n"
        "  emotag a2a --url https://emotions.example.org --card-key card-key.pem\n"
        "  emotag token new --name planner --scope classify 2>> tokens > planner.token\n"
        "  emotag a2a --host 0.0.0.0 --tls-cert server.pem --tls-key server.key --tokens tokens"
    )
    parser.add_argument(
        "--port", type=port_number, default=PORT, help=f"port of JSON-RPC, REST and the card (default: {PORT})"
    )
    parser.add_argument(
        "--grpc-port", type=port_number, metavar="PORT", help="port of gRPC (default: it is not spoken)"
    )
    parser.add_argument(
        "--url",
        default="",
        help="where others reach --port, for the card, which gives --grpc-port at the same host (default: the address "
        "that it listens on)",
    )
    parser.add_argument(
        "--card-key", type=Path, metavar="FILE", help="PEM private key that signs the card (default: it is unsigned)"
    )
    add_listening(parser)
    add_tagging(parser)


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    refuse_without_target(args)
    configure()
    try:
        asyncio.run(_tag(args))
    except (ListenError, TokenFileError) as error:
        raise InvalidArgumentError(str(error)) from error
    return 0


async def _tag(args: argparse.Namespace) -> None:
    if args.target is None:
        from emotag.local import EmotionTagger  # noqa: PLC0415 - a model is loaded only where it is used

        tagger = EmotionTagger()
        await _serve(tagger.tag_async, tagger.info, args)
        return
    async with AsyncEmotionClient(args.target, **security(args)) as client:
        await _serve(client.classify_many, await client.info(), args)


async def _serve(tagging: Tagging, info: Info, args: argparse.Namespace) -> None:
    async with AgentServer(
        tagging,
        info,
        host=args.host,
        port=args.port,
        grpc_port=args.grpc_port,
        public_url=args.url,
        card_key=args.card_key,
        protection=protection(args),
    ) as server:
        signed = "signed" if args.card_key else "unsigned; --card-key signs it"
        print(f"{info.model.name} {info.model.version} as an agent at {server.url} (card: {signed})", flush=True)
        for interface in server.card.supported_interfaces:
            print(f"  {interface.protocol_binding} {interface.protocol_version}: {interface.url}", flush=True)
        await wait_for_end()
