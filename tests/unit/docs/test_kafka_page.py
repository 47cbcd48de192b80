"""docs/kafka.md says what the programs do: its options, codecs, headers and exit codes exist."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from emotag.cli.commands import COMMANDS
from emotag_service.kafka import errors
from emotag_service.kafka.records import headers
from emotag_service.kafka.records.codecs import NAMES
from emotag_service.kafka.records.dead_letter import NAMES as LETTER_HEADERS
from emotag_service.kafka.records.dead_letter import REPLAY_GROUP
from emotag_service.kafka.records.policy import Policy
from emotag_service.messages.a2a import EXTENSION
from tests.brokers.capabilities import LACKS, Capability

PAGE = (Path(__file__).parents[3] / "docs" / "kafka.md").read_text()


def parser(command: str) -> argparse.ArgumentParser:
    return COMMANDS[command].parser()


def test_it_names_no_option_that_is_not_there() -> None:
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.DOTALL | re.MULTILINE)  # tests/e2e/test_pages.py types those
    named = set(re.findall(r"--[a-z][a-z-]+", prose)) - {"--operation"}  # kafka-acls'
    known = "".join(parser(command).format_help() for command in ("tag-topic", "broker"))
    assert {option for option in named if option not in known} == set()


def test_it_lists_every_codec() -> None:
    table = PAGE.partition("## Codecs")[2].partition("##")[0]
    assert set(re.findall(r"^\| `([a-z0-9][a-z0-9-]+)`", table, re.MULTILINE)) == set(NAMES)
    assert EXTENSION in table


def test_it_lists_every_header() -> None:
    for name in (headers.LABEL, headers.SCORE, headers.MODEL, headers.STATUS, headers.REASON):
        assert f"`{name}" in PAGE
    shown = PAGE.partition("`dead-letter` (default)")[2]
    assert {name.removeprefix("emotion-dead-letter") for name in LETTER_HEADERS} <= {
        part.removeprefix("emotion-dead-letter") for part in re.findall(r"`([a-z-]+)`", shown)
    }
    assert f"{REPLAY_GROUP}.REASON" in PAGE


def test_it_lists_every_policy() -> None:
    for policy in Policy:
        assert f"- `{policy.value}`" in PAGE


def test_it_lists_every_exit_code() -> None:
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.TaggerError)
    }
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert listed == codes | {0}


@pytest.mark.parametrize("capability", Capability)
def test_its_map_of_brokers_is_that_of_the_tests(capability: Capability) -> None:
    assert not LACKS["apache"]
    why = LACKS["embedded"].get(capability)
    assert f"| {capability.value} | yes | {f'no: {why}' if why else 'yes'} |" in PAGE
