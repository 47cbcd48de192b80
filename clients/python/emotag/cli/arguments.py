"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from emotag.channel import DEFAULT_TARGET, Connection
from emotag.client import EmotionClient
from emotag.tls import TLS
from emotag.token import BearerToken

if TYPE_CHECKING:
    from emotag.retry import Retry

EXIT_CODES = (
    "exit codes: 0 all tagged; 3 some messages were answered by errors; 2 bad usage; 1 failure; 130 interrupted"
)
SOME_ERRORS = 3
_YES = ("1", "on", "true", "yes")
_FILES = {
    "tls_ca": "PEM file of the authorities that sign servers (default: the public ones)",
    "tls_cert": "PEM file of your certificate, for a server that asks for one",
    "tls_key": "PEM file of its private key",
    "token_file": "file of the token that the server asks for",
}


class Security(TypedDict):
    """How a connection is protected, as the clients take it."""

    tls: TLS | None
    token: Path | None


def add_target(parser: argparse.ArgumentParser) -> None:
    """Where the server is."""
    default = os.environ.get("EMOTAG_TARGET") or DEFAULT_TARGET
    parser.add_argument(
        "--target", default=default, metavar="HOST:PORT", help=f"the server; or set EMOTAG_TARGET (default: {default})"
    )
    add_security(parser)


def add_security(parser: argparse.ArgumentParser, prefix: str = "") -> None:
    """How the connection to the server is protected; `prefix` is of the options where others have these names."""
    group = parser.add_argument_group("security of the connection to the server")
    group.add_argument(
        f"--{prefix}tls",
        dest="target_tls",
        action="store_true",
        default=os.environ.get("EMOTAG_TARGET_TLS", "").lower() in _YES,
        help="encrypt the connection; or set EMOTAG_TARGET_TLS=yes (default: only with one of the --tls options)",
    )
    for name, what in _FILES.items():
        variable = f"EMOTAG_TARGET_{name.upper()}"  # EMOTAG_TLS_CERT is the server's own
        default = os.environ.get(variable) or None
        group.add_argument(
            f"--{prefix}{name.replace('_', '-')}",
            dest=f"target_{name}",
            default=default,
            metavar="FILE",
            help=f"{what}; or set {variable}",
        )


def client(args: argparse.Namespace, retry: Retry) -> EmotionClient:
    """The client that `add_target` and `add_security` asked for.

    Raises:
        InvalidArgumentError: A file cannot be used.
    """
    return EmotionClient(args.target, retry=retry, **security(args))


def connection(args: argparse.Namespace) -> Connection:
    """The connection that they asked for, for who makes calls without a client.

    Raises:
        InvalidArgumentError: A file cannot be used.
    """
    protection = security(args)
    token = protection["token"]
    return Connection(args.target, tls=protection["tls"], token=None if token is None else BearerToken(token))


def add_tagging(parser: argparse.ArgumentParser) -> None:
    """Who tags: this process, or a server and how it is spoken to."""
    parser.add_argument(
        "--target",
        default=os.environ.get("EMOTAG_TARGET") or None,
        metavar="HOST:PORT",
        help="have a server tag; or set EMOTAG_TARGET (default: tag in this process)",
    )
    add_security(parser, "target-")


def security(args: argparse.Namespace) -> Security:
    """The keyword arguments of a client that `add_security` asked for."""
    files = TLS(args.target_tls_ca, args.target_tls_cert, args.target_tls_key)
    tls = files if args.target_tls or files != TLS() else None
    return Security(tls=tls, token=Path(args.target_token_file) if args.target_token_file else None)


def add_timeout(parser: argparse.ArgumentParser, default: float | None, shown: str = "") -> None:
    """How long the whole command may wait for the server; `shown` is the default where the client has another."""
    shown = shown or ("none" if default is None else f"{default:g}")
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=default,
        metavar="SECONDS",
        help=f"give up after this long in all (default: {shown})",
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """How tags are expressed."""
    parser.add_argument(
        "--taxonomy", default="", help="labels to use, see `emotag info` (default: the server's default)"
    )
    parser.add_argument("--scores", action="store_true", help="give the score of every label (default: no)")
    parser.add_argument(
        "--top-k", type=count, default=0, metavar="N", help="give at most N labels; 0 is no limit (default: 0)"
    )
    parser.add_argument("--explain", action="store_true", help="give the weight of every token (default: no)")


def options(args: argparse.Namespace) -> dict[str, Any]:
    """The keyword arguments of the client's methods that `add_options` asked for."""
    return {"taxonomy": args.taxonomy, "scores": args.scores, "top_k": args.top_k, "explain": args.explain}


def seconds(text: str) -> float:
    """Parse a number of seconds."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def count(text: str) -> int:
    """Parse a number that is at least 0."""
    value = int(text)
    if not 0 <= value < 2**32:
        raise ValueError(text)
    return value


def port_number(text: str) -> int:
    """Parse the number of a port to listen on."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError("must be from 0, which picks a free one, to 65535")
    return number
