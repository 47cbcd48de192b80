"""The addresses that servers listen on, and which of them plaintext may be spoken on."""

from __future__ import annotations

import ipaddress
import socket

import structlog

_log = structlog.get_logger(__name__)


class ListenError(Exception):
    """The address cannot be listened on; the text says what to change."""


def spelled(host: str, port: int) -> str:
    """Host and port as one text."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unusable(host: str, port: int, error: Exception, options: str = "--host and --port") -> ListenError:
    """Say why an address cannot be listened on; `options` are those that choose another."""
    why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return ListenError(f"cannot listen on {spelled(host, port)}: {why}; choose with {options}")


def check_plaintext(bound: str, address: str, *, insecure: bool, option: str = "--host") -> None:
    """Look whether plaintext may be spoken.

    Args:
        bound: The address that was bound, in figures.
        address: The same as it was given.
        insecure: It may be spoken also where other machines can connect.
        option: That which chooses the address.

    Raises:
        ListenError: It may not.
    """
    if ipaddress.ip_address(bound.partition("%")[0]).is_loopback:
        return
    if not insecure:
        raise ListenError(
            f"will not listen on {address} in plaintext, where others can read and send: give --tls-cert and "
            f"--tls-key, or {option} 127.0.0.1, or --insecure when something in front of it protects it"
        )
    _log.warning("plaintext", address=address, effect="whoever reaches this port can read and send; tokens included")


def try_address(host: str, port: int) -> str:
    """Take an address for a moment, and return it in figures. Raises OSError and UnicodeError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    return str(address[0])
