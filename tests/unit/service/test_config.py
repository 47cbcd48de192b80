"""Settings: option over variable over default, and every bad value named with what would be right."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from emotag_service.access.protection import ConnectionLimits, Protection, Quota, TlsFiles
from emotag_service.config import ServeConfig
from emotag_service.settings import ConfigError, given_options, make_settings
from tests.unit.service.arguments import parsed, parser


def _parse(*arguments: str, **environment: str) -> ServeConfig:
    return make_settings(ServeConfig, parsed(ServeConfig, arguments, environment))


def _option(name: str, text: str) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    return [option] if name in {"insecure", "otel", "otel_events"} else [option, text]


def test_defaults_are_safe() -> None:
    config = _parse()
    assert config == ServeConfig()
    assert (config.host, config.port) == ("127.0.0.1", 50051)
    assert config.drain_seconds == 30


def test_an_option_wins_over_a_variable_which_wins_over_the_default() -> None:
    assert _parse(EMOTAG_PORT="7000").port == 7000
    assert _parse("--port", "8000", EMOTAG_PORT="7000").port == 8000
    assert _parse(EMOTAG_PORT="").port == 50051


def test_every_setting_can_be_given_both_ways() -> None:
    given = {
        "host": "0.0.0.0",  # noqa: S104 - parsed, not listened on
        "port": "1",
        "workers": "2",
        "tls_cert": "/tls/tls.crt",
        "tls_key": "/tls/tls.key",
        "tls_client_ca": "/tls/ca.crt",
        "insecure": "yes",
        "tokens": "/run/tokens",
        "reflection": "off",
        "model_info": "off",
        "caller_messages_per_second": "1.5",
        "caller_bytes_per_second": "2",
        "caller_streams": "3",
        "max_streams": "4",
        "max_connections": "5",
        "connection_calls": "6",
        "waiting_calls": "7",
        "metadata_bytes": "2048",
        "handshake_seconds": "7",
        "idle_seconds": "8",
        "connection_age_seconds": "9",
        "connection_grace_seconds": "10",
        "checkpoint": "/models/mine",
        "devices": "cpu:2",
        "queue_messages": "10",
        "queue_bytes": "20",
        "batch_bytes": "512",
        "drain_seconds": "1.5",
        "http_port": "8080",
        "http_host": "::1",
        "http_taxonomy": "goemotions",
        "http_body_bytes": "4096",
        "http_origin": "https://app.example",
        "ops_port": "9464",
        "ops_host": "::1",
        "drift_reference": "usual.json",
        "otel": "yes",
        "otel_events": "yes",
        "log_format": "json",
        "log_level": "debug",
    }
    assert set(given) == {setting.name for setting in fields(ServeConfig)}
    by_option = _parse(*(part for name, text in given.items() for part in _option(name, text)))
    by_variable = _parse(**{f"EMOTAG_{name.upper()}": text for name, text in given.items()})
    assert by_option == by_variable
    assert _parse(*given_options(by_option)) == by_option  # as a worker is given them
    assert by_option.checkpoint == Path("/models/mine")
    assert by_option.drain_seconds == 1.5


@pytest.mark.parametrize(
    ("option", "text", "right"),
    [
        ("--port", "http", "whole number"),
        ("--port", "65536", "from 0 to 65535"),
        ("--port", "-1", "from 0 to 65535"),
        ("--host", " ", "not be empty"),
        ("--checkpoint", "", "not be empty"),
        ("--queue-messages", "0", "at least 1"),
        ("--queue-bytes", "1e6", "whole number"),
        ("--batch-bytes", "-5", "at least 1"),
        ("--drain-seconds", "soon", "seconds, 0 or more"),
        ("--drain-seconds", "-1", "seconds, 0 or more"),
        ("--drain-seconds", "nan", "seconds, 0 or more"),
        ("--drain-seconds", "inf", "seconds, 0 or more"),
        ("--caller-messages-per-second", "nan", "0 or more"),
        ("--caller-bytes-per-second", "many", "0 or more"),
        ("--caller-streams", "-1", "at least 0"),
        ("--max-streams", "0", "at least 1"),
        ("--metadata-bytes", "9", "at least 1024"),
        ("--handshake-seconds", "0", "more than 0"),
        ("--idle-seconds", "0", "more than 0"),
        ("--reflection", "perhaps", "yes or no"),
        ("--log-format", "xml", "auto, console, json"),
        ("--log-level", "loud", "debug, info, warning, error"),
    ],
)
def test_a_bad_value_is_named_with_the_fix(option: str, text: str, right: str) -> None:
    with pytest.raises(ConfigError, match=right) as caught:
        _parse(f"{option}={text}")
    assert option in str(caught.value)


def test_a_bad_variable_is_named_as_such() -> None:
    with pytest.raises(ConfigError, match=r"\$EMOTAG_PORT: must be a whole number, not 'x'"):
        _parse(EMOTAG_PORT="x")


def test_the_bounds_reach_the_engine() -> None:
    limits = _parse("--queue-messages", "9", "--queue-bytes", "99", "--batch-bytes", "999").engine_limits
    assert (limits.queue_messages, limits.queue_bytes, limits.batch_bytes) == (9, 99, 999)


def test_protection_is_made_of_files() -> None:
    assert _parse().protection == Protection()
    protection = _parse("--tls-cert", "a", "--tls-key", "b", "--tls-client-ca", "c", "--insecure").protection
    assert protection.tls == TlsFiles(certificate=Path("a"), key=Path("b"), client_ca=Path("c"))
    assert protection.insecure


@pytest.mark.parametrize("option", ["--tls-key", "--tls-client-ca"])
def test_tls_needs_a_certificate(option: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} is given without --tls-cert"):
        _ = _parse(option, "a").protection


def test_help_says_default_and_variable_of_every_setting() -> None:
    text = " ".join(parser(ServeConfig).format_help().split())
    for setting in fields(ServeConfig):
        assert f"[$EMOTAG_{setting.name.upper()}]" in text
    assert text.count("(default: ") == len(fields(ServeConfig))


def test_all_of_it_reaches_the_protection() -> None:
    given = "--tokens t --reflection no --model-info no --caller-messages-per-second 1 --caller-bytes-per-second 2"
    more = "--caller-streams 3 --max-streams 4 --max-connections 5 --connection-calls 6 --metadata-bytes 2048"
    rest = "--handshake-seconds 7 --idle-seconds 8 --connection-age-seconds 9 --connection-grace-seconds 10"
    assert _parse(*f"{given} {more} {rest}".split()).protection == Protection(
        tokens=Path("t"),
        reflection=False,
        model_info=False,
        quota=Quota(messages_per_second=1, bytes_per_second=2, streams=3),
        streams=4,
        connections=ConnectionLimits(
            connections=5,
            streams=6,
            metadata_bytes=2048,
            handshake_seconds=7,
            idle_seconds=8,
            age_seconds=9,
            grace_seconds=10,
        ),
    )


def test_a_config_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        ServeConfig().port = 1  # type: ignore[misc]


def test_there_is_no_http_port_unless_it_is_asked_for() -> None:
    assert _parse().http is None
    assert _parse("--http-port", "0", "--workers", "2").http is not None
