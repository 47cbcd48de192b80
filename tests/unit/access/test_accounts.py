"""Accounts of all callers, bounded."""

from __future__ import annotations

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


def test_another_quota_is_another_account() -> None:
    accounts = Accounts()
    with accounts.hold("a", QUOTA) as account:
        account.spend(100, 0)
    with accounts.hold("a", Quota(messages_per_second=9)) as again:
        assert again.delay() == 0


def test_those_that_are_idle_are_bounded_and_those_that_call_are_kept() -> None:
    accounts = Accounts(most_idle=10)
    with accounts.hold("busy", QUOTA) as busy:
        for number in range(1000):
            with accounts.hold(f"caller-{number}", QUOTA):
                pass
        assert len(accounts) == 11
        with accounts.hold("busy", QUOTA) as again:
            assert again is busy
