"""Why a broker cannot be reached, in a few words; they never quote what a record holds."""

from __future__ import annotations

import os
import re
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH = 10


def reason(error: BaseException) -> str:
    """A few words on why a broker cannot be reached, for logs and people."""
    links = list(chain(error))
    return _words(next((link for link in links if isinstance(link, OSError | EOFError)), links[0]))


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    link: BaseException | None = error
    for _ in range(_DEPTH):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _words(error: BaseException) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():  # only those that OpenSSL made have a reason
            return f"TLS: {(getattr(error, 'reason', None) or 'failed').replace('_', ' ').lower()}"
        case socket.gaierror():
            return (error.strerror or "unknown host").lower()
        case OSError():
            return "no answer in time" if isinstance(error, TimeoutError) else _system_words(error)
        case EOFError():
            return "it hangs up"
    return type(error).__name__


def _system_words(error: OSError) -> str:
    """The system's own words: asyncio's hold addresses, and those of several attempts at once."""
    found = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(found[1])).lower() if found else type(error).__name__
