"""The compose file, read by the programs that it starts."""

from __future__ import annotations

import argparse
import re
import tomllib
from typing import Any

import pytest
from ruamel.yaml import YAML

from emotag.cli.commands import COMMANDS
from tests.unit.deploy.files import AFTERWARDS_SECONDS, DEPLOY, ROOT, TAGGER_STOP_SECONDS, services

SERVICES = services()
OWN = {name: service for name, service in SERVICES.items() if service["image"].startswith("emotag:")}
KAFKA = SERVICES["kafka"]["environment"]


def parsed(name: str) -> argparse.Namespace:
    """What the command of this service makes of its arguments."""
    command, *arguments = OWN[name]["command"]
    return COMMANDS[command].parser(environment=OWN[name].get("environment", {})).parse_args(arguments)


def seconds(text: str) -> int:
    """A duration as compose spells it."""
    return int(re.fullmatch(r"(\d+)s", text)[1])  # type: ignore[index]


@pytest.mark.parametrize("name", OWN)
def test_its_commands_are_understood(name: str) -> None:
    assert vars(parsed(name))["log_format"] == "json"


@pytest.mark.parametrize("name", OWN)
def test_its_variables_are_known(name: str) -> None:
    parser = COMMANDS[OWN[name]["command"][0]].parser()
    for variable in OWN[name].get("environment", {}):
        assert f"[${variable}]" in " ".join(parser.format_help().split())


def test_the_settings_are_accepted() -> None:
    from emotag_service.config import ServeConfig  # noqa: PLC0415 - beside what it checks
    from emotag_service.settings import make_settings  # noqa: PLC0415

    config = make_settings(ServeConfig, parsed("emotag"))
    assert config.devices == f"cpu:{OWN['emotag']['cpus']}"
    assert seconds(OWN["emotag"]["stop_grace_period"]) > config.drain_seconds + AFTERWARDS_SECONDS


def test_the_tagger_reaches_what_it_names() -> None:
    tagger = parsed("tagger")
    inside = dict(listener.split("://") for listener in KAFKA["KAFKA_ADVERTISED_LISTENERS"].split(","))
    assert tagger.bootstrap == (inside["INSIDE"],)
    assert tagger.engine == "grpc://emotag:50051"
    assert "emotag" in SERVICES


def test_the_tagger_has_time_to_stop() -> None:
    assert seconds(OWN["tagger"]["stop_grace_period"]) > TAGGER_STOP_SECONDS + AFTERWARDS_SECONDS


def test_this_machine_reaches_the_listener_that_is_published() -> None:
    assert "OUTSIDE://localhost:9092" in KAFKA["KAFKA_ADVERTISED_LISTENERS"]
    assert "127.0.0.1:9092:9092" in SERVICES["kafka"]["ports"]


def test_every_listener_has_a_protocol_and_a_port() -> None:
    protocols = dict(entry.split(":") for entry in KAFKA["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    ports = {listener.split("://")[0]: listener for listener in KAFKA["KAFKA_LISTENERS"].split(",")}
    assert set(protocols) == set(ports)
    assert KAFKA["KAFKA_CONTROLLER_QUORUM_VOTERS"] == "1@kafka:29093"
    assert ports[KAFKA["KAFKA_CONTROLLER_LISTENER_NAMES"]].endswith(":29093")


def test_ports_are_open_to_this_machine_only() -> None:
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_every_topic_of_the_tagger_is_made_with_room_for_tags() -> None:
    tagger = parsed("tagger")
    (script,) = SERVICES["topics"]["command"]
    made = dict(re.findall(r"^create (\S+)(.*)$", script, re.MULTILINE))
    assert set(made) == {tagger.input[0], tagger.output, f"{tagger.input[0]}.dead-letters"}
    for topic in (tagger.output, f"{tagger.input[0]}.dead-letters"):
        assert int(made[topic].partition("max.message.bytes=")[2]) > 1_048_588


def test_nothing_waits_for_a_health_that_nobody_reports() -> None:
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            other: dict[str, Any] = SERVICES[name]
            if wanted["condition"] == "service_healthy":
                assert "test" in other.get("healthcheck", {}) or other["image"].startswith("emotag:")
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert other["restart"] == "no"


def test_the_tagger_is_asked_on_its_operators_port_and_not_for_a_service_that_it_has_not() -> None:
    port = SERVICES["tagger"]["environment"]["EMOTAG_OPS_PORT"]
    assert f"http://127.0.0.1:{port}/livez" in SERVICES["tagger"]["healthcheck"]["test"][-1]


def test_prometheus_scrapes_the_operators_ports() -> None:
    jobs = YAML(typ="safe").load(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    ports = {OWN[name]["environment"]["EMOTAG_OPS_PORT"] for name in ("emotag", "tagger")}
    assert ports == {
        jobs[0]["static_configs"][0]["targets"][0].rpartition(":")[2],
        str(jobs[1]["dns_sd_configs"][0]["port"]),
    }
    for name in ("emotag", "tagger"):
        assert not any("9464" in port for port in SERVICES[name].get("ports", []))


def test_what_is_mounted_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists(), volume


def test_images_are_pinned_and_ours_is_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for service in SERVICES.values():
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+", service["image"])
    assert {service["image"] for service in OWN.values()} == {f"emotag:{version}"}
    for service in OWN.values():
        assert (ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", OWN)
def test_our_containers_can_do_little(name: str) -> None:
    service = OWN[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["mem_limit"]
    assert service["restart"] == "unless-stopped"
