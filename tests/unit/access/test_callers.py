"""Whose account a call is on, whatever front it came by."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotag_service.access.account import QuotaError
from emotag_service.access.bearer import AccessError, Bearer, Pass
from emotag_service.access.callers import Callers, Peer, network_of
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Quota
from emotag_service.access.tokens import Tokens
from emotag_service.testing import in_memory_engine

QUOTA = Quota(messages_per_second=1)


@pytest.fixture
def token_pass(tmp_path: Path) -> Pass:
    token, grant = new_token("planner", ["classify"])
    (tmp_path / "tokens").write_text(grant.line())
    return Bearer(Tokens(tmp_path / "tokens")).admit([f"Bearer {token}"], "classify")


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", "127.0.0.1"), ("2001:db8::5", "2001:db8::/64")])
def test_of_ipv6_it_is_the_network(host: str, expected: str) -> None:
    assert network_of(host) == expected


def test_a_token_names_before_a_certificate_and_that_before_an_address(token_pass: Pass) -> None:
    assert Peer("c", "10.0.0.1", "CN=coder", token_pass).name == "planner"
    assert Peer("c", "10.0.0.1", "CN=coder").name == "CN=coder"
    assert (Peer("c", "10.0.0.1").name, Peer("c", "10.0.0.1").known) == ("10.0.0.1", False)


def test_one_account_and_one_caller_for_whoever_proved_who_it_is() -> None:
    callers = Callers(in_memory_engine(), QUOTA)
    grpc, http = Peer("ipv4:10.0.0.1:5", "10.0.0.1", "CN=coder"), Peer("http:10.0.0.1:6", "10.0.0.1", "CN=coder")
    with callers.account(grpc) as one, callers.account(http) as other:
        assert one is other
        with callers.of_calls(one, grpc) as first, callers.of_calls(other, http) as second:
            assert first is second
            assert len(callers) == 1
    assert len(callers) == 0


def test_strangers_share_an_account_and_no_caller() -> None:
    callers = Callers(in_memory_engine(), QUOTA)
    one, other = Peer("a", "10.0.0.1"), Peer("b", "10.0.0.1")
    with callers.account(one) as account, callers.account(other) as same:
        assert account is same
        with callers.of_calls(account, one) as first, callers.of_calls(same, other) as second:
            assert first is not second


def test_what_a_quota_ends_is_counted_by_the_name_of_a_token_alone(token_pass: Pass) -> None:
    callers = Callers(in_memory_engine(), Quota(messages_per_second=1e-3, streams=1))
    for peer in (Peer("a", "10.0.0.1", token=token_pass), Peer("b", "10.0.0.2"), Peer("c", "10.0.0.3", "CN=coder")):
        with callers.account(peer) as account:
            account.charge(1, 1)
        with pytest.raises(QuotaError), callers.account(peer) as account:
            account.charge(1, 1)
        with pytest.raises(QuotaError), callers.account(peer) as account, account.stream(), account.stream():
            pass
        with pytest.raises(ZeroDivisionError), callers.account(peer):
            raise ZeroDivisionError
    assert +callers.refusals.counted == {
        ("planner", "messages_per_second"): 1, ("planner", "streams"): 1,
        ("other", "messages_per_second"): 2, ("other", "streams"): 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "scope", "reason"),
    [
        ([], "classify", "TOKEN_MISSING"),
        (["Basic x"], "classify", "TOKEN_MALFORMED"),
        (["Bearer x", "Bearer x"], "classify", "TOKEN_MALFORMED"),
        (["Bearer x"], "classify", "TOKEN_UNKNOWN"),
    ],
)
def test_without_a_token_nobody_is_let_in(tmp_path: Path, values: list[str], scope: str, reason: str) -> None:
    (tmp_path / "tokens").write_text(new_token("planner", ["classify"])[1].line())
    bearer = Bearer(Tokens(tmp_path / "tokens"))
    with pytest.raises(AccessError) as refused:
        bearer.admit(values, scope)
    assert refused.value.reason == reason
    assert bearer.refused == 1


def test_a_token_without_the_scope_is_refused(tmp_path: Path) -> None:
    token, grant = new_token("operator", ["admin"])
    (tmp_path / "tokens").write_text(grant.line())
    with pytest.raises(AccessError, match="lacks the scope classify") as refused:
        Bearer(Tokens(tmp_path / "tokens")).admit([f"bearer {token}"], "classify")
    assert refused.value.code == "PERMISSION_DENIED"
