"""Who calls: the holder of a token, the subject of a client's certificate, or else an address."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from emotag_service.access.accounts import Accounts
from emotag_service.grpc.access import pass_of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.access.account import Account
    from emotag_service.access.quota import Quota
    from emotag_service.engine.caller import Caller
    from emotag_service.engine.engine import Engine


class Callers:
    """The account of everybody who has a call under way, and the engine's caller of unary calls."""

    def __init__(self, engine: Engine, quota: Quota, *, mutual: bool) -> None:
        """`mutual` says that clients prove who they are by certificates."""
        self._engine = engine
        self._quota = quota
        self._mutual = mutual
        self._accounts = Accounts()
        self._shared: dict[str, _Shared] = {}

    def __len__(self) -> int:
        return len(self._shared)

    @contextmanager
    def account(self, context: Any) -> Iterator[Account]:
        """The account of who makes a call, while that is under way."""
        shown = pass_of_call.get()
        if shown is not None:
            name, quota = shown.grant.name, shown.grant.of(self._quota)
        else:
            name, quota = (_subject(context) if self._mutual else "") or _address(context.peer()), self._quota
        with self._accounts.hold(name, quota) as account:
            yield account

    def of_stream(self, account: Account) -> Caller:
        """A caller for a stream: the streams of somebody who proved who it is have one share together."""
        return self._engine.caller(account.name, account.share if self._known() else None)

    @contextmanager
    def of_calls(self, account: Account, peer: str) -> Iterator[Caller]:
        """The engine's caller of unary calls: whoever proved who it is has one, everybody else one a connection."""
        known = self._known()
        key = account.name if known else peer
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(self._engine.caller(account.name, account.share if known else None))
        shared.calls += 1
        try:
            yield shared.caller
        finally:
            shared.calls -= 1
            if shared.calls == 0:
                del self._shared[key]
                shared.caller.close()

    def _known(self) -> bool:
        return pass_of_call.get() is not None or self._mutual


class _Shared:
    __slots__ = ("caller", "calls")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.calls = 0


def _subject(context: Any) -> str:
    """The subject of the client's certificate; its alternative names where it has none."""
    properties = context.auth_context()
    names = properties.get("x509_subject") or properties.get("x509_subject_alternative_name") or ()
    return ",".join(name.decode(errors="replace") for name in names)


def _address(peer: str) -> str:
    """The address in what gRPC calls a peer, such as ipv4:127.0.0.1:33580, without the port, which changes at will.

    Of IPv6 it is the network, since every customer of a provider has as many addresses as it likes.
    """
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return kind
    host = rest.rpartition(":")[0].strip("[]").partition("%")[0]
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network(f"{address}/64", strict=False))
