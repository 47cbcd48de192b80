"""What callers use of their quotas: an account each, of those that have calls under way, and of the last that had."""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emotag_service.engine.caller import Share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emotag_service.access.protection import Quota

MOST_IDLE = 4096
STREAM_RETRY_SECONDS = 1.0


class QuotaError(Exception):
    """A caller has used up its quota; the text says which.

    Attributes:
        bound: Which one, by its name in `Quota`.
        retry_after: Seconds after which it may go on.
    """

    def __init__(self, problem: str, bound: str, retry_after: float) -> None:
        super().__init__(problem)
        self.bound = bound
        self.retry_after = retry_after


class Bucket:
    """A token bucket that holds what one second brings; it may go into debt, so that what is larger still passes."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        """Make a full one; a rate of 0 is no bound."""
        self._rate = rate
        self._clock = clock
        self._level = rate
        self._at = clock()

    def delay(self) -> float:
        """Seconds until something may pass."""
        if not self._rate:
            return 0.0
        now = self._clock()
        self._level = min(self._rate, self._level + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._level > 0 else max(1e-3, -self._level / self._rate)

    def take(self, amount: float) -> None:
        """Let something pass."""
        if self._rate:
            self._level -= amount

    def set_rate(self, rate: float) -> None:
        """Have another rate from now on; a debt stays one, and is paid off at it."""
        self.delay()  # what came until now came at the old one
        self._rate = rate
        self._level = min(self._level, rate)


class Account:
    """The use of one caller, over all its calls.

    Attributes:
        name: Who it is.
        share: Of the replicas, for callers whose streams have one together.
        calls: How many are under way.
        quota: What it may use.
    """

    def __init__(self, name: str, quota: Quota, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.share = Share()
        self.calls = 0
        self.quota = quota
        self._streams = 0
        self._messages = Bucket(quota.messages_per_second, clock)
        self._bytes = Bucket(quota.bytes_per_second, clock)

    def allow(self, quota: Quota) -> None:
        """Have this quota from now on; what was used of the one before counts."""
        if quota != self.quota:
            self.quota = quota
            self._messages.set_rate(quota.messages_per_second)
            self._bytes.set_rate(quota.bytes_per_second)

    def delay(self) -> float:
        """Seconds until it may send again."""
        return max(self._messages.delay(), self._bytes.delay())

    def spend(self, messages: int, size: int) -> None:
        """Note what it has sent."""
        self._messages.take(messages)
        self._bytes.take(size)

    def charge(self, messages: int, size: int) -> None:
        """Note what it has sent, if it may send.

        Raises:
            QuotaError: It may not yet.
        """
        delay = self.delay()
        if delay:
            used_up = "messages" if self._messages.delay() else "bytes"
            bound = f"{used_up}_per_second"
            rate = getattr(self.quota, bound)
            raise QuotaError(f"{self.name} may send {rate:g} {used_up} a second, and has sent more", bound, delay)
        self.spend(messages, size)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count a stream while it is open.

        Raises:
            QuotaError: It has as many as it may.
        """
        if self.quota.streams and self._streams >= self.quota.streams:
            problem = f"{self.name} may have {self.quota.streams} streams open, and has them: end one first"
            raise QuotaError(problem, "streams", STREAM_RETRY_SECONDS)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1


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
