"""Arguments of the commands that answer others on a port of their own, beside `emotag serve`, by the names it has."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError
from emotag_service.access.protection import ConnectionLimits, Protection, tls_files

if TYPE_CHECKING:
    import argparse

HOST = "127.0.0.1"
_CONNECTIONS = 256  # open at once, on each port
_FILES = {
    "--tls-cert": "PEM file of the certificate to answer with, and its chain; read again when it changes",
    "--tls-key": "PEM file of its private key, when --tls-cert does not hold it too",
    "--tls-client-ca": "PEM file of the authorities whose clients are let in, and nobody else",
    "--tokens": "file of the tokens that calls must bring: `emotag token new`; read again when it changes",
}


def add_listening(parser: argparse.ArgumentParser) -> None:
    """Where others connect, and who may."""
    group = parser.add_argument_group("who may connect and call")
    group.add_argument(
        "--host",
        default=HOST,
        help=f"address to listen on; others than this machine's own need TLS or --insecure (default: {HOST})",
    )
    for name, what in _FILES.items():
        group.add_argument(name, type=Path, metavar="FILE", help=f"{what} (default: none)")
    group.add_argument(
        "--insecure", action="store_true", help="speak plaintext also where other machines can connect (default: no)"
    )


def protection(args: argparse.Namespace) -> Protection:
    """What `add_listening` asked for.

    Raises:
        InvalidArgumentError: Options contradict each other.
    """
    try:
        files = tls_files(args.tls_cert, args.tls_key, args.tls_client_ca)
    except ValueError as error:
        raise InvalidArgumentError(str(error)) from error
    limits = ConnectionLimits(connections=_CONNECTIONS)
    return Protection(tls=files, insecure=args.insecure, tokens=args.tokens, connections=limits)


async def wait_for_end() -> None:
    """Wait until the process is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
