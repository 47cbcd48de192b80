"""Accounts of all callers, bounded."""

from __future__ import annotations

import pytest

from emotag_service.access.account import QuotaError
from emotag_service.access.accounts import Accounts
from emotag_service.access.quota import Quota

QUOTA = Quota(messages_per_second=1)


def test_a_debt_outlives_the_call_that_made_it() -> None:
    accounts = Accounts()
    with accounts.hold("a", QUOTA) as account:
        account.spend(100, 0)
    with accounts.hold("a", QUOTA) as again:
        assert again is account
        assert again.delay() > 50
    with accounts.hold("b", QUOTA) as other:
        assert other.delay() == 0


def test_another_quota_counts_from_its_first_call_on_and_a_debt_stays_one() -> None:
    accounts = Accounts()
    with accounts.hold("a", QUOTA) as account:
        account.spend(101, 0)
        with accounts.hold("a", Quota(messages_per_second=5)):
            assert 15 < account.delay() <= 20
    with accounts.hold("a", Quota(messages_per_second=10)):
        assert 5 < account.delay() <= 10
    with accounts.hold("a", Quota(streams=1)) as again, again.stream():
        assert again.delay() == 0
        with pytest.raises(QuotaError, match="1 streams open"), again.stream():
            pass
    with accounts.hold("a", QUOTA) as again:
        assert again is account
        assert 50 < again.delay() <= 100


def test_those_that_are_idle_are_bounded_and_those_that_call_are_kept() -> None:
    accounts = Accounts(most_idle=10)
    with accounts.hold("busy", QUOTA) as busy:
        for number in range(1000):
            with accounts.hold(f"caller-{number}", QUOTA):
                pass
        assert len(accounts) == 11
        with accounts.hold("busy", QUOTA) as again:
            assert again is busy
