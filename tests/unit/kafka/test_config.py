"""Settings of `emotag tag-topic`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from emotag import TLS
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.settings import ConfigError, make_settings, option, variable
from tests.unit.service.arguments import parsed, parser

LEAST = ("--input=in", "--output=out", "--group=g")


def _parse(*arguments: str, **environment: str) -> TagTopicConfig:
    return make_settings(TagTopicConfig, parsed(TagTopicConfig, arguments, environment, command="tag-topic"))


def test_defaults_are_the_careful_ones() -> None:
    config = _parse(*LEAST)
    assert (config.delivery, config.on_untaggable, config.from_) == ("exactly-once", "dead-letter", "earliest")
    assert (config.codec, config.engine, config.taxonomy) == ("auto", "in-process", "basic")
    assert config.dead_letter_topic == "{topic}.dead-letters"
    assert not config.remote
    assert config.dry_run == 0


def test_the_loop_has_the_same_defaults() -> None:
    assert _parse(*LEAST).loop_settings() == LoopSettings(group="g", topics=("in",))


def test_every_setting_can_be_given_both_ways() -> None:
    given = {
        "input": "in",
        "group": "g",
        "from": "latest",
        "codec": "json",
        "text_field": "payload.text",
        "sender": "planner",
        "only_untagged": "yes",
        "taxonomy": "goemotions",
        "engine": "in-process",
        "checkpoint": "/models/mine",
        "devices": "cpu:2",
        "output_template": "{topic}.tagged",
        "route": "joy=joyful",
        "tag_field": "mood",
        "on_untaggable": "dead-letter",
        "dead_letter_topic": "lost",
        "no_create_topics": "yes",
        "dry_run": "5",
        "delivery": "at-least-once",
        "instance_id": "one",
        "transaction_seconds": "0.5",
        "transaction_records": "7",
        "batch_records": "8",
        "buffer_records": "9",
        "buffer_bytes": "10",
        "session_seconds": "11",
        "ops_port": "9465",
        "ops_host": "::1",
        "drift_reference": "usual.json",
        "otel": "yes",
        "otel_events": "yes",
        "log_format": "json",
        "log_level": "debug",
    }
    left_out = {"input_pattern", "output"}  # they stand in place of two others
    left_out |= {"engine_tls_ca", "engine_tls_cert", "engine_tls_key", "engine_token_file"}  # of another engine
    assert set(given) == {setting.name.rstrip("_") for setting in fields(TagTopicConfig)} - left_out
    switches = {"only_untagged", "no_create_topics", "otel", "otel_events"}
    by_option = _parse(
        *(option(name) if name in switches else f"{option(name)}={text}" for name, text in given.items())
    )
    by_variable = _parse(**{variable(name): text for name, text in given.items()})
    assert by_option == by_variable
    assert by_option.checkpoint == Path("/models/mine")
    assert by_option.route == (("joy", "joyful"),)
    assert by_option.sender == ("planner",)
    loop = by_option.loop_settings()
    assert (loop.start, loop.delivery, loop.instance_id, loop.session_seconds) == ("latest", "at-least-once", "one", 11)
    assert (loop.transaction_seconds, loop.transaction_records, loop.batch_records) == (0.5, 7, 8)
    assert (loop.buffer_records, loop.buffer_bytes) == (9, 10)


def test_a_service_is_asked_over_tls_with_a_token() -> None:
    files = ("--engine-tls-ca=a", "--engine-tls-cert=b", "--engine-tls-key=c", "--engine-token-file=d")
    config = _parse(*LEAST, "--engine=grpcs://h:1", *files)
    assert config.engine_tls == TLS(Path("a"), Path("b"), Path("c"))
    assert config.engine_token_file == Path("d")
    assert _parse(*LEAST, EMOTAG_ENGINE="grpcs://h:1", EMOTAG_ENGINE_TLS_CA="a").engine_tls == TLS(Path("a"))


def test_the_same_topic_twice_is_read_once() -> None:
    assert _parse(*LEAST, "--input=b", "--input=in").loop_settings().topics == ("in", "b")


def test_a_pattern_stands_in_place_of_topics() -> None:
    loop = _parse("--input-pattern=agent", "--output=out", "--group=g").loop_settings()
    assert (loop.topics, loop.pattern) == ((), "agent")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--output=o", "--group=g"), "give --input or --input-pattern"),
        ((*LEAST, "--input-pattern=x"), "give --input or --input-pattern, and not both"),
        (("--input=in", "--group=g"), "give --output or --output-template"),
        ((*LEAST, "--output-template={topic}.x"), "give --output or --output-template, and not both"),
        (("--input=in", "--output=o"), "--group is missing"),
        ((*LEAST, "--input=a b"), "--input: must be the name of a topic"),
        ((*LEAST, "--output=a/b"), "--output: must be the name of a topic"),
        (("--input-pattern=(", "--output=o", "--group=g"), "--input-pattern: must be a regular expression"),
        ((*LEAST, "--codec=xml"), "--codec: must be one of auto, json"),
        ((*LEAST, "--codec=a2a", "--text-field=x"), "--text-field means nothing with --codec a2a"),
        ((*LEAST, "--engine=http://x:1"), "--engine: must be in-process, or grpc://HOST:PORT"),
        ((*LEAST, "--engine=grpc://x"), "--engine: must be in-process, or grpc://HOST:PORT"),
        ((*LEAST, "--engine=grpc://x:1", "--engine-tls-ca=f"), "mean nothing without --engine grpcs://"),
        ((*LEAST, "--engine-token-file=f"), "--engine-token-file means nothing without --engine grpc"),
        ((*LEAST, "--engine=grpc://x:1", "--checkpoint=d"), "--checkpoint means nothing with --engine grpc://x:1"),
        ((*LEAST, "--engine=grpc://x:1", "--devices=cpu"), "--devices means nothing with --engine grpc://x:1"),
        ((*LEAST, "--route=joy"), "--route: must be LABEL=TOPIC"),
        ((*LEAST, "--on-untaggable=drop"), "--on-untaggable: must be one of dead-letter, pass-through, stop"),
        (
            (*LEAST, "--on-untaggable=stop", "--dead-letter-topic=x"),
            "--dead-letter-topic means nothing with --on-untaggable stop",
        ),
        ((*LEAST, "--delivery=twice"), "--delivery: must be one of exactly-once, at-least-once"),
        ((*LEAST, "--from=middle"), "--from: must be one of earliest, latest"),
        ((*LEAST, "--dry-run=0"), "--dry-run: must be at least 1"),
        ((*LEAST, "--transaction-seconds=0"), "--transaction-seconds: must be more than 0"),
        ((*LEAST, "--session-seconds=0"), "--session-seconds: must be more than 0"),
        ((*LEAST, "--buffer-bytes=0"), "--buffer-bytes: must be at least 1"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parse(*arguments)
    assert words in str(caught.value)


def test_what_the_loop_refuses_is_a_setting_too() -> None:
    with pytest.raises(ConfigError, match="transaction_seconds"):
        _parse(*LEAST, "--transaction-seconds=60").loop_settings()


def test_help_says_the_variable_of_every_setting() -> None:
    text = " ".join(parser(TagTopicConfig).format_help().split())
    for setting in fields(TagTopicConfig):
        assert f"[$EMOTAG_{setting.name.rstrip('_').upper()}]" in text
    assert text.count("(default: ") == len(fields(TagTopicConfig)) - 1  # the group has none
    for heading in ("what is read:", "how it is tagged:", "what is written:", "how it runs:", "what it says:"):
        assert heading in text
