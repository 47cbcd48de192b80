"""`emotag token new`: makes a token for a caller of the service."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from emotag_service.access.grant import SCOPES, new_token

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
example:
  emotag token new --name planner --scope classify 2>> tokens > planner.token
  emotag serve --tokens tokens
  emotag classify --token-file planner.token "thank you"

The token goes to standard output, once: it is kept nowhere. The line for the file of tokens goes to standard error; it
holds a digest, from which nobody gets the token back. To replace a token add a line of the same name, hand the new
token out, and take the old line away: the service reads the file again when it changes. To a line can be added what
differs from everybody's quota: messages_per_second=N bytes_per_second=N streams=N.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "Make a token for a caller of `emotag serve --tokens FILE`."
    parser.epilog = _EPILOG
    parser.add_argument("action", choices=("new",), help="make a token")
    parser.add_argument("--name", required=True, help="who will hold it; the caller in logs and quotas")
    parser.add_argument(
        "--scope", action="append", choices=SCOPES, help="what it allows; give it again for more (default: classify)"
    )


def run(args: argparse.Namespace) -> int:
    """Print token and line; 2 for a name that is none."""
    try:
        token, grant = new_token(args.name, args.scope or ["classify"])
    except ValueError as error:
        print(f"emotag token: error: --name: {error}, not {args.name!r}", file=sys.stderr)
        return 2
    print(token, flush=True)
    print(grant.line(), file=sys.stderr)
    return 0
