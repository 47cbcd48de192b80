"""The accounts of all callers: of those that have calls under way, and of the last that had."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emotag_service.access.account import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.access.quota import Quota

MOST_IDLE = 4096


class Accounts:
    """One account a caller. Of those without a call under way only the last are kept, so that memory is bounded."""

    def __init__(self, most_idle: int = MOST_IDLE) -> None:
        self._most_idle = most_idle
        self._busy: dict[str, Account] = {}
        self._idle: OrderedDict[str, Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._busy) + len(self._idle)

    @contextmanager
    def hold(self, name: str, quota: Quota) -> Iterator[Account]:
        """The account of a caller, while a call of it is under way."""
        account = self._busy.get(name) or self._wake(name, quota)
        account.allow(quota)
        account.calls += 1
        try:
            yield account
        finally:
            account.calls -= 1
            if account.calls == 0:
                self._rest(account)

    def _wake(self, name: str, quota: Quota) -> Account:
        account = self._idle.pop(name, None)
        if account is None:
            account = Account(name, quota)
        self._busy[name] = account
        return account

    def _rest(self, account: Account) -> None:
        del self._busy[account.name]
        self._idle[account.name] = account
        if len(self._idle) > self._most_idle:
            self._idle.popitem(last=False)
