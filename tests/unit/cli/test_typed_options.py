"""Which options were typed."""

from __future__ import annotations

import argparse

import pytest

from emotag.cli.arguments import add_tagging, add_timeout
from emotag.cli.typed_options import OF_A_SERVER, TypedOptionsParser, refuse_without_target


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> argparse.ArgumentParser:
    monkeypatch.setenv("EMOTAG_TARGET", "")
    monkeypatch.setenv("EMOTAG_TARGET_TLS", "yes")
    monkeypatch.setenv("EMOTAG_TARGET_TOKEN_FILE", "token")
    made = TypedOptionsParser()
    made.add_argument("texts", nargs="+")
    add_tagging(made)
    add_timeout(made, 5.0)
    return made


def test_neither_defaults_nor_variables_are_typed(parser: argparse.ArgumentParser) -> None:
    found = parser.parse_args(["hi"])
    assert found.typed == {"texts"}
    assert (found.target_tls, found.target_token_file, found.timeout) == (True, "token", 5.0)
    refuse_without_target(found)


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (["--target-tls", "hi"], {"target_tls", "texts"}),
        (["hi", "--timeout", "5"], {"timeout", "texts"}),
        (["--target-token=token", "hi"], {"target_token_file", "texts"}),
        (["--target", "", "--", "--timeout"], {"target", "texts"}),
    ],
    ids=["target_tls", "timeout", "target_token_file", "target"],
)
def test_what_was_typed_is_told_though_it_says_the_same(
    parser: argparse.ArgumentParser, arguments: list[str], typed: set[str]
) -> None:
    assert parser.parse_args(arguments).typed == typed


def test_every_option_of_a_server_is_known(parser: argparse.ArgumentParser) -> None:
    assert {name for name in vars(parser.parse_args(["hi"])) if name.startswith("target")} == set(OF_A_SERVER)
