"""Callers of unary calls: all calls over one connection share one turn in the engine's queue."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.engine.caller import Caller
    from emotag_service.engine.engine import Engine


class Peers:
    """The engine's caller of each connection that has a unary call under way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._callers: dict[str, _Shared] = {}

    def __len__(self) -> int:
        return len(self._callers)

    @contextmanager
    def caller(self, peer: str) -> Iterator[Caller]:
        """The caller of a connection, kept while any call of it is under way."""
        shared = self._callers.get(peer)
        if shared is None:
            shared = self._callers[peer] = _Shared(self._engine.caller(peer))
        shared.calls += 1
        try:
            yield shared.caller
        finally:
            shared.calls -= 1
            if shared.calls == 0:
                del self._callers[peer]
                shared.caller.close()


class _Shared:
    __slots__ = ("caller", "calls")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.calls = 0
