"""Lines of a file of tokens."""

from __future__ import annotations

import pytest

from emotag_service.access.grant import digest, new_token, read_grant
from emotag_service.access.protection import Quota

HEX = "ab" * 32


def test_a_new_token_and_its_line_belong_together() -> None:
    token, grant = new_token("planner", ["classify", "admin"])
    assert len(token) > 40
    assert digest(token) == grant.digest
    assert read_grant(grant.line()) == grant
    assert token not in grant.line()
    assert new_token("planner", ["classify"])[0] != token


def test_a_line_can_differ_from_everybodys_quota() -> None:
    grant = read_grant(f"planner classify sha256:{HEX} streams=4 messages_per_second=2.5")
    assert grant.of(Quota(streams=9, bytes_per_second=7)) == Quota(
        streams=4, bytes_per_second=7, messages_per_second=2.5
    )
    assert read_grant(grant.line()) == grant


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("planner classify", "NAME SCOPES sha256:HEX"),
        (f"planner classify {HEX}", "sha256: and 64 digits"),
        (f"planner classify sha256:{HEX[:-1]}", "64 digits"),
        (f"planner classify sha256:{HEX.upper()}", "64 digits"),
        (f"planner write sha256:{HEX}", "classify or admin"),
        (f"planner classify,,admin sha256:{HEX}", "classify or admin"),
        (f"-planner classify sha256:{HEX}", "the name must be"),
        (f"plan\x1b[31mner classify sha256:{HEX}", "the name must be"),
        (f"plänner classify sha256:{HEX}", "the name must be"),
        (f"planner classify sha256:{HEX} rate=3", "messages_per_second=N"),
        (f"planner classify sha256:{HEX} streams=1.5", "streams must be a number"),
        (f"planner classify sha256:{HEX} streams=-1", "streams must be a number"),
        (f"planner classify sha256:{HEX} bytes_per_second=nan", "bytes_per_second must be a number"),
        (f"planner classify sha256:{HEX} bytes_per_second=inf", "bytes_per_second must be a number"),
    ],
)
def test_a_bad_line_is_named_with_the_fix(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_grant(line)


@pytest.mark.parametrize(("name", "scopes"), [("", ["classify"]), ("a b", ["classify"]), ("a", ["root"])])
def test_a_token_is_made_for_a_name_and_scopes(name: str, scopes: list[str]) -> None:
    with pytest.raises(ValueError, match="must be"):
        new_token(name, scopes)
