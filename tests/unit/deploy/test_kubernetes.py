"""deploy/kubernetes, against the schemas of Kubernetes and against the programs that its pods run."""

from __future__ import annotations

import argparse
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from kubernetes_validate.utils import latest_version, validate_file

from emotag.cli.commands import COMMANDS
from emotag_service.config import ServeConfig
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.plan import Plan
from emotag_service.ops.app import Pages
from emotag_service.settings import make_settings
from tests.unit.deploy.files import AFTERWARDS_SECONDS, TAGGER_STOP_SECONDS
from tests.unit.deploy.manifests import (
    FILES,
    KUBERNETES,
    NO_MANIFESTS,
    OVERLAYS,
    Manifest,
    built,
    documents,
    kustomization,
    kustomize,
    named,
    one,
    pods,
)
from tests.unit.deploy.monitoring import metrics, queries

if TYPE_CHECKING:
    from pathlib import Path

BUILT = {name: built(KUBERNETES / "overlays" / name) for name in OVERLAYS}
PODS = [pytest.param(pod, id=f"{overlay}-{name}") for overlay in OVERLAYS for name, pod in pods(BUILT[overlay]).items()]


def _container(pod: Manifest) -> Manifest:
    (only,) = pod["spec"]["containers"]
    return dict(only)


def _variables(pod: Manifest) -> dict[str, str]:
    """What the pod sets, also by the map that its overlay generates."""
    made = kustomization(KUBERNETES / "overlays" / "kafka")
    generated = {
        each["name"]: dict(literal.split("=", 1) for literal in each["literals"]) for each in made["configMapGenerator"]
    }
    found: dict[str, str] = {}
    for source in _container(pod).get("envFrom", []):
        found |= generated[source["configMapRef"]["name"]]
    return found | {each["name"]: _value(each) for each in _container(pod)["env"]}


def _value(variable: Manifest) -> str:
    """What a variable is set to; of a secret, which is none of this repository's, what is read there."""
    assert len(variable.keys() & {"value", "valueFrom"}) == 1
    if "value" in variable:
        return str(variable["value"])
    ((kind, asked),) = variable["valueFrom"].items()
    assert kind == "secretKeyRef"
    assert not asked.get("optional"), "a pod without it would start, and be refused"
    return f"{asked['name']}/{asked['key']}"


def _parsed(pod: Manifest) -> tuple[str, argparse.Namespace, str]:
    """The command of a pod, its arguments, and its help."""
    command, *arguments = _container(pod)["args"]
    parser = COMMANDS[command].parser(environment=_variables(pod))
    return command, parser.parse_args(arguments), " ".join(parser.format_help().split())


@pytest.mark.parametrize("name", OVERLAYS)
def test_kustomize_builds_what_kubernetes_accepts(name: str, tmp_path: Path) -> None:
    program = kustomize()
    if program is None:
        pytest.skip("no kustomize on the PATH")
    made = subprocess.run(
        [program, "build", KUBERNETES / "overlays" / name], capture_output=True, text=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    (tmp_path / "built.yaml").write_text(made.stdout)
    assert _validate(tmp_path / "built.yaml") == 0
    ours = sorted((each["kind"], each["metadata"]["name"]) for each in BUILT[name])
    theirs = documents(tmp_path / "built.yaml")
    assert ours == sorted((each["kind"], each["metadata"]["name"]) for each in theirs if each["kind"] != "ConfigMap"), (
        "what the other tests look at is not what kustomize makes"
    )
    for template in pods(theirs).values():
        assert re.fullmatch(r"registry\.example\.org/emotag:\d+\.\d+\.\d+(-cuda)?", _container(template)["image"])


@pytest.mark.parametrize("file", sorted((KUBERNETES / "base").glob("*.yaml")), ids=lambda file: file.name)
def test_the_base_is_what_kubernetes_accepts(file: Path) -> None:
    assert file.name == "kustomization.yaml" or _validate(file) == 0


def test_a_misspelt_field_would_be_found(tmp_path: Path) -> None:
    text = (KUBERNETES / "base" / "deployment.yaml").read_text().replace("readinessProbe", "readynessProbe")
    (tmp_path / "wrong.yaml").write_text(text)
    assert _validate(tmp_path / "wrong.yaml") != 0


def _validate(file: Path) -> int:
    """As `kubernetes-validate --strict`, without a start of it for each file."""
    return validate_file(str(file), latest_version(), strict=True, quiet=True, no_warn=False)


def test_every_file_is_part_of_an_overlay() -> None:
    used = set().union(*(named(KUBERNETES / "overlays" / name) for name in OVERLAYS))
    assert {file.resolve() for file in FILES if file.name not in NO_MANIFESTS} == {file.resolve() for file in used}


@pytest.mark.parametrize("pod", PODS)
def test_its_command_and_variables_are_understood(pod: Manifest) -> None:
    command, args, text = _parsed(pod)
    for variable in _variables(pod):
        assert f"[${variable}]" in text
    if command == "serve":
        config = make_settings(ServeConfig, args)
        assert config.protection.tls is not None
        assert config.protection.tokens is not None
        drain = config.drain_seconds
    else:
        Plan(make_settings(TagTopicConfig, args))
        drain = TAGGER_STOP_SECONDS
    stop = _container(pod).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert pod["spec"]["terminationGracePeriodSeconds"] > stop + drain + AFTERWARDS_SECONDS


@pytest.mark.parametrize("pod", PODS)
def test_its_probes_ask_pages_that_there_are(pod: Manifest) -> None:
    container = _container(pod)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert str(ports["ops"]) == _variables(pod)["EMOTAG_OPS_PORT"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] == "ops"
        assert hasattr(Pages, asked["path"].removeprefix("/"))
        assert container[probe]["timeoutSeconds"] > 2, "the port takes two seconds to say that the loop is stuck"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"


@pytest.mark.parametrize("pod", PODS)
def test_it_is_restricted(pod: Manifest) -> None:
    """As the profile `restricted` of Kubernetes' pod security standards asks, and a read-only root besides."""
    spec, container = pod["spec"], _container(pod)
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "a Service named emotag would set EMOTAG_PORT"
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}
    assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_selects_selects_something(name: str) -> None:
    manifests = BUILT[name]
    labels = [pod["metadata"]["labels"] for pod in pods(manifests).values()]
    ports = {port["name"] for pod in pods(manifests).values() for port in _container(pod)["ports"]}
    selectors = [each["spec"]["selector"] for each in manifests if each["kind"] == "Service"]
    for kind, key in (
        ("PodDisruptionBudget", "selector"),
        ("NetworkPolicy", "podSelector"),
        ("Deployment", "selector"),
    ):
        selectors += [each["spec"][key]["matchLabels"] for each in manifests if each["kind"] == kind]
    for pod in pods(manifests).values():
        selectors += [each["labelSelector"]["matchLabels"] for each in pod["spec"]["topologySpreadConstraints"]]
    assert len(selectors) >= 4
    for selector in selectors:
        assert any(selector.items() <= label.items() for label in labels), selector
    for service in (each for each in manifests if each["kind"] == "Service"):
        assert service["spec"]["clusterIP"] == "None"
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    specs = [each.get("spec", {}) for each in manifests]
    scaled = [spec["scaleTargetRef"]["name"] for spec in specs if "scaleTargetRef" in spec]
    assert set(scaled) <= set(pods(manifests))


def test_the_taggers_scale_by_the_lag_of_what_they_read() -> None:
    scaled = one(BUILT["kafka"], "ScaledObject", "emotag-tagger")
    (pod,) = pods(BUILT["kafka"]).values()
    (trigger,) = scaled["spec"]["triggers"]
    asked, read = trigger["metadata"], _variables(pod)
    assert (asked["bootstrapServers"], asked["topic"], asked["consumerGroup"]) == (
        read["EMOTAG_BOOTSTRAP"],
        read["EMOTAG_INPUT"],
        read["EMOTAG_GROUP"],
    )
    assert asked["limitToPartitionsWithLag"] == "true"
    assert (
        trigger["authenticationRef"]["name"]
        == one(BUILT["kafka"], "TriggerAuthentication", "emotag-kafka")["metadata"]["name"]
    )


def test_the_taggers_log_in_as_those_who_scale_them() -> None:
    login = one(BUILT["kafka"], "TriggerAuthentication", "emotag-kafka")["spec"]["secretTargetRef"]
    keda = {each["parameter"]: f"{each['name']}/{each['key']}" for each in login}
    (pod,) = pods(BUILT["kafka"]).values()
    read = _variables(pod)
    assert read["EMOTAG_SASL_USERNAME"] == keda["username"]
    (mounted,) = [each["secret"]["secretName"] for each in pod["spec"]["volumes"] if "secret" in each]
    folder, _, file = read["EMOTAG_SASL_PASSWORD_FILE"].rpartition("/")
    assert folder in {each["mountPath"] for each in _container(pod)["volumeMounts"]}
    assert f"{mounted}/{file}" == keda["password"]


def test_the_service_can_use_the_processors_by_which_it_scales() -> None:
    """A process has one event loop, which computes small calls: with fewer of them the pods never look busy."""
    (pod,) = pods(BUILT["cpu"]).values()
    config = make_settings(ServeConfig, _parsed(pod)[1])
    kind, _, replicas = config.devices.partition(":")
    asked = _container(pod)["resources"]["requests"]
    assert (kind, replicas) == ("cpu", "1")
    assert config.workers * int(replicas) == int(asked["cpu"])
    assert 256 * config.workers <= int(asked["memory"].removesuffix("Mi")), "docs/operations.md: room for a swap"


def test_the_service_scales_by_a_metric_that_it_exports() -> None:
    scaler = one(BUILT["cpu"], "HorizontalPodAutoscaler", "emotag")
    (rules,) = documents(KUBERNETES / "overlays" / "cpu" / "adapter.yaml")
    (rule,) = rules["rules"]["custom"]
    wanted = {each["pods"]["metric"]["name"] for each in scaler["spec"]["metrics"] if each["type"] == "Pods"}
    assert wanted == {rule["name"]["as"]}
    exported = {"emotag_queue_duration_seconds_bucket", "emotag_queue_size"}  # which rules and dashboard name, too
    assert metrics(rule["seriesQuery"]) | metrics(rule["metricsQuery"]) == exported
    assert exported <= {name for query in queries() for name in metrics(query)}
