"""Who calls: the holder of a token, the subject of a client's certificate, or else an address."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from emotag_service.access.account import Accounts, QuotaError
from emotag_service.access.caller_refusals import CallerRefusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.access.account import Account
    from emotag_service.access.bearer import Pass
    from emotag_service.access.protection import Quota
    from emotag_service.engine.caller import Caller
    from emotag_service.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Peer:
    """Who makes a call.

    Attributes:
        connection: Names the connection that it comes over.
        address: Where from; see `network_of`.
        subject: Of the client's certificate; empty where none is asked for.
        token: What let it in; None where no tokens are asked for.
    """

    connection: str
    address: str
    subject: str = ""
    token: Pass | None = None

    @property
    def known(self) -> bool:
        """It proved who it is."""
        return self.token is not None or bool(self.subject)

    @property
    def name(self) -> str:
        """The name of its account."""
        return self.token.grant.name if self.token is not None else self.subject or self.address


class Callers:
    """The accounts of everybody who has a call under way, and the engine's callers of unary calls, of all fronts.

    Attributes:
        refusals: What quotas refused.
    """

    def __init__(self, engine: Engine, quota: Quota) -> None:
        self._engine = engine
        self._quota = quota
        self._accounts = Accounts()
        self.refusals = CallerRefusals()
        self._shared: dict[str, _Shared] = {}

    def __len__(self) -> int:
        return len(self._shared)

    @contextmanager
    def account(self, peer: Peer) -> Iterator[Account]:
        """The account of who makes a call, while that is under way; a call that its quota ends is counted."""
        grant = None if peer.token is None else peer.token.grant
        quota = self._quota if grant is None else grant.of(self._quota)
        with self._accounts.hold(peer.name, quota) as account:
            try:
                yield account
            except QuotaError as error:
                self.refusals.add(None if grant is None else grant.name, error.bound)
                raise

    def of_stream(self, account: Account, peer: Peer) -> Caller:
        """A caller for a stream: the streams of somebody who proved who it is have one share together."""
        return self._engine.caller(account.name, account.share if peer.known else None)

    @contextmanager
    def of_calls(self, account: Account, peer: Peer) -> Iterator[Caller]:
        """The engine's caller of unary calls: whoever proved who it is has one, everybody else one a connection."""
        key = account.name if peer.known else peer.connection
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(self.of_stream(account, peer))
        shared.calls += 1
        try:
            yield shared.caller
        finally:
            shared.calls -= 1
            if shared.calls == 0:
                del self._shared[key]
                shared.caller.close()


class _Shared:
    __slots__ = ("caller", "calls")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.calls = 0


@lru_cache(maxsize=1_024)  # a call in ten is spent on reading the address that the one before it came from
def network_of(host: str) -> str:
    """The address that an account goes by: of IPv6 the network, since every customer of a provider has 2^64 of them."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network(f"{address}/64", strict=False))
