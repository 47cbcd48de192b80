"""Quotas of one caller, by a clock that the test turns; and the accounts of all, bounded."""

from __future__ import annotations

import pytest

from emotag_service.access.account import Account, Accounts, Bucket, QuotaError
from emotag_service.access.protection import Quota

QUOTA = Quota(messages_per_second=1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_holds_what_a_second_brings(clock: Clock) -> None:
    bucket = Bucket(10, clock)
    clock.now += 1000
    for _ in range(10):
        assert bucket.delay() == 0
        bucket.take(1)
    assert bucket.delay() > 0
    clock.now += 0.11
    assert bucket.delay() == 0


def test_what_is_larger_passes_and_is_paid_for_afterwards(clock: Clock) -> None:
    bucket = Bucket(10, clock)
    bucket.take(50)
    assert bucket.delay() == pytest.approx(4)
    clock.now += 3.9
    assert bucket.delay() == pytest.approx(0.1)
    clock.now += 0.2
    assert bucket.delay() == 0


def test_the_rate_holds_in_the_long_run(clock: Clock) -> None:
    bucket, sent = Bucket(100, clock), 0
    for _ in range(10_000):
        clock.now += 0.01
        if bucket.delay() == 0:
            bucket.take(64)
            sent += 64
    assert sent == pytest.approx(100 * 100, rel=0.03)


def test_without_a_rate_everything_passes(clock: Clock) -> None:
    bucket = Bucket(0, clock)
    bucket.take(1e12)
    assert bucket.delay() == 0


def test_another_rate_is_that_of_what_comes_from_then_on(clock: Clock) -> None:
    bucket = Bucket(100, clock)
    bucket.set_rate(10)
    bucket.take(15)
    assert bucket.delay() == pytest.approx(0.5), "no more than a second of the new rate was in it"
    clock.now += 0.1
    bucket.set_rate(1)
    assert bucket.delay() == pytest.approx(4)


def test_without_a_rate_nothing_is_owed_and_a_debt_is_paid_at_the_next(clock: Clock) -> None:
    bucket = Bucket(10, clock)
    bucket.take(50)
    bucket.set_rate(0)
    bucket.take(1e12)
    assert bucket.delay() == 0
    clock.now += 1
    bucket.set_rate(10)
    assert bucket.delay() == pytest.approx(3)


@pytest.mark.parametrize(
    ("quota", "words"),
    [(Quota(messages_per_second=5), "5 messages a second"), (Quota(bytes_per_second=100), "100 bytes a second")],
)
def test_a_charge_over_the_quota_is_refused_with_a_hint(quota: Quota, words: str, clock: Clock) -> None:
    account = Account("planner", quota, clock)
    account.charge(10, 200)
    with pytest.raises(QuotaError, match=f"planner may send {words}") as caught:
        account.charge(1, 1)
    assert caught.value.retry_after == pytest.approx(1)
    assert getattr(quota, caught.value.bound) > 0
    clock.now += caught.value.retry_after + 0.01
    account.charge(1, 1)


def test_streams_are_counted_while_they_are_open() -> None:
    account = Account("planner", Quota(streams=1))
    with account.stream(), pytest.raises(QuotaError, match="1 streams open") as caught, account.stream():
        pass
    assert caught.value.bound == "streams"
    with account.stream():
        pass


@pytest.mark.parametrize(
    "bad", [{"streams": -1}, {"bytes_per_second": float("nan")}, {"messages_per_second": float("inf")}]
)
def test_a_quota_is_a_number(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no bound"):
        Quota(**bad)  # type: ignore[arg-type]


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
