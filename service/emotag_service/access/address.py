"""The addresses that servers listen on, alone or several on one, and which of them plaintext may be spoken on."""

from __future__ import annotations

import ipaddress
import socket
from itertools import combinations
from typing import NamedTuple

import structlog

_log = structlog.get_logger(__name__)
OPTIONS = ("--host", "--port")  # by which most commands choose their address


class Address(NamedTuple):
    """Where a server of ours is to listen.

    Attributes:
        host: Name or address of an interface.
        port: 0 for any.
        options: Those that choose them.
    """

    host: str
    port: int
    options: tuple[str, str]


class ListenError(Exception):
    """The address cannot be listened on; the text says what to change."""


def spelled(host: str, port: int) -> str:
    """Host and port as one text."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unusable(host: str, port: int, error: Exception, options: tuple[str, str] = OPTIONS) -> ListenError:
    """Say why an address cannot be listened on; `options` as of `check_address`."""
    why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return ListenError(f"cannot listen on {spelled(host, port)}: {why}; choose with {' and '.join(options)}")


def check_address(host: str, port: int, *, plaintext: bool, insecure: bool, options: tuple[str, str] = OPTIONS) -> None:
    """Look whether an address is free, and may be listened on. Raises OSError and UnicodeError where it is not free.

    Args:
        host: Name or address of an interface.
        port: 0 for any.
        plaintext: What will be spoken there.
        insecure: Plaintext may be spoken also where other machines can connect.
        options: Those that choose host and port.

    Raises:
        ListenError: Plaintext may not be spoken there.
    """
    _try_address(host, port)
    if plaintext:
        check_plaintext(host, port, insecure=insecure, option=options[0])


def is_local(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`, on whichever of the addresses that a name has.

    Raises OSError and UnicodeError for a name that has none.
    """
    found = [address[0] for *_, address in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)]
    return all(ipaddress.ip_address(str(each).partition("%")[0]).is_loopback for each in found)


def check_apart(*addresses: Address) -> None:
    """Look whether no two of our own servers are to listen on one address; names that nobody knows here are left out.

    Raises:
        ListenError: Two are.
    """
    for (host, port, options), (other, its_port, its_options) in combinations(addresses, 2):
        if port and port == its_port and _meet(host, other):
            problem = f"cannot listen on {spelled(other, port)} for {its_options[1]}: {options[1]} has the port"
            raise ListenError(f"{problem}; give another")


def _meet(host: str, other: str) -> bool:
    """Whether some address is that of both; an interface that stands for all has every one."""
    try:
        found = [
            {ipaddress.ip_address(str(address[0]).partition("%")[0]) for *_, address in socket.getaddrinfo(each, 0)}
            for each in (host, other)
        ]
    except (OSError, UnicodeError):
        return False
    return not found[0].isdisjoint(found[1]) or any(one.is_unspecified for each in found for one in each)


def hold_address(
    host: str, port: int, *, plaintext: bool, insecure: bool = False, options: tuple[str, str] = OPTIONS
) -> socket.socket:
    """Take an address for several processes of ours, which then listen on it; the kernel gives each its connections.

    Args:
        host: Name or address of an interface.
        port: 0 picks a free one.
        plaintext: As of `check_address`.
        insecure: As of `check_address`.
        options: As of `check_address`.

    Returns:
        A socket that takes no connections itself; while it is open the port stays taken, whoever of the others dies.

    Raises:
        ListenError: The address is in use, not allowed, or none of this machine's.
    """
    try:
        check_address(host, port, plaintext=plaintext, insecure=insecure, options=options)
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, kind, protocol)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(address)
    except (OSError, UnicodeError) as error:
        raise unusable(host, port, error, options) from error
    return held


def check_plaintext(host: str, port: int, *, insecure: bool, option: str) -> None:
    """Look whether plaintext may be spoken; OSError and UnicodeError as of `is_local`.

    Args:
        host: Name or address of an interface.
        port: The port.
        insecure: It may be spoken also where other machines can connect.
        option: That which chooses the address.

    Raises:
        ListenError: It may not.
    """
    if is_local(host):
        return
    address = spelled(host, port)
    if not insecure:
        raise ListenError(
            f"will not listen on {address} in plaintext, where others can read and send: give --tls-cert and "
            f"--tls-key, or {option} 127.0.0.1, or --insecure when something in front of it protects it"
        )
    _log.warning("plaintext", address=address, effect="whoever reaches this port can read and send; tokens included")


def _try_address(host: str, port: int) -> None:
    """Take an address for a moment. Raises OSError and UnicodeError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
