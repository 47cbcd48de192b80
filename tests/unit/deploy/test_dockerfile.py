"""The image, as far as it can be held to its word without an engine that builds it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.compiler import quick_compiler
from tests.unit.deploy.files import DEPLOY, ROOT, copied, health_command, instructions, one, services, those
from tests.unit.deploy.manifests import KUBERNETES, built, pods

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("clients/python/emotag", "model/emotag_model", "service/emotag_service")
ALLOWED = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
TEMPORARY = "/tmp"  # noqa: S108 - the folder of a container, not of this machine


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a folder that holds what the image's build stage holds, and nothing else."""
    source, output = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("dist")
    for name, destination in copied().items():
        place = source / destination
        if name == "deploy/healthcheck.py":
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(output), str(source)]
    environment = {**os.environ, "CXX": quick_compiler(output)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(output.glob("*.whl")))


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    assert set(copied()) >= {*PACKAGES, "constraints.txt", "pyproject.toml"}
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source in ALLOWED, f"{source} is kept from the build by .dockerignore"


def test_nothing_else_reaches_the_builder() -> None:
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    assert set(ALLOWED) == set(copied())


def test_the_wheel_is_whole(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {
        str(file.relative_to((ROOT / package).parent))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert names == expected
    assert any(name.endswith("model.safetensors") for name in names)
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "emotag = emotag.cli.main:main" in wheel.read(points).decode()


def test_the_extra_that_is_installed_brings_both_roads() -> None:
    assert ".[${EXTRAS}]" in " ".join(those("RUN"))
    (named,) = [each.removeprefix("EXTRAS=") for each in those("ARG") if each.startswith("EXTRAS=")]
    extras = PROJECT["optional-dependencies"]
    lines = [line for extra in [*named.split(","), "local"] for line in extras[extra]]
    needed = {re.match(r"[\w-]+", line)[0] for line in lines} - {"emotag"}  # type: ignore[index]
    assert needed >= {"numpy", "safetensors", "grpcio-health-checking", "aiokafka"}
    assert "torch" not in needed
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    base = {re.match(r"[\w-]+", line)[0] for line in PROJECT["dependencies"]}  # type: ignore[index]
    assert needed | base <= pinned


def test_constraints_hold_before_anything_is_installed() -> None:
    keywords = [keyword for keyword, _ in instructions()]
    variables = those("ENV")[0]
    assert "PIP_CONSTRAINT=/src/constraints.txt" in variables
    assert keywords.index("ENV") < keywords.index("RUN")
    assert those("WORKDIR") == ["/src"]


def test_it_does_not_run_as_root() -> None:
    user, _, group = one("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    keywords = [keyword for keyword, _ in instructions()]
    assert not {"RUN", "COPY"} & set(keywords[keywords.index("USER") :])


def test_both_stages_have_one_base_pinned_to_a_version_that_the_project_supports() -> None:
    assert those("FROM") == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    (base,) = (rest for rest in those("ARG") if rest.startswith("PYTHON_IMAGE="))
    found = re.fullmatch(r"PYTHON_IMAGE=python:(\d+)\.(\d+)\.\d+-slim-[a-z]+", base)
    assert found, base
    assert (int(found[1]), int(found[2])) == sys.version_info[:2] or PROJECT["requires-python"] == ">=3.11"


def test_the_health_check_is_in_the_image() -> None:
    interpreter, script = health_command()
    assert interpreter == "python"
    assert copied()["deploy/healthcheck.py"] == script
    assert Path(script).parent == Path("/opt/emotag")


def _bought(extras: str, folder: Path) -> list[str]:
    """What the final stage does with apt where these extras are installed: its script, with a stand-in for apt."""
    (script,) = [rest for rest in _final("RUN") if "apt-get" in rest]
    (folder / "apt-get").write_text('#!/bin/sh\necho "$@"\n')
    (folder / "rm").write_text("#!/bin/sh\n")
    for stand_in in folder.iterdir():
        stand_in.chmod(0o755)
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "EXTRAS": extras}
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=60, env=environment)
    return done.stdout.splitlines()


def _final(keyword: str) -> list[str]:
    """What follows every instruction of this keyword in the last stage."""
    found = instructions()
    start = max(place for place, (each, _) in enumerate(found) if each == "FROM")
    return [rest for each, rest in found[start:] if each == keyword]


def test_the_image_for_gpus_alone_has_a_compiler_and_its_headers(tmp_path: Path) -> None:
    (default,) = [each.removeprefix("EXTRAS=") for each in those("ARG") if each.startswith("EXTRAS=")]
    assert _final("ARG")[0] == "EXTRAS", "the stage does not know what is installed"
    assert _bought(default, tmp_path) == []
    update, install = _bought(f"{default},torch", tmp_path)
    assert update == "update"
    assert {"gcc", "libc6-dev", "--no-install-recommends"} <= set(install.split())
    assert _bought("server,torchless", tmp_path) == []


def test_what_is_compiled_while_it_runs_has_a_folder_wherever_the_root_is_read_only() -> None:
    variables = dict(part.split("=", 1) for rest in _final("ENV") for part in shlex.split(rest))
    folder = Path(variables["TRITON_CACHE_DIR"])
    assert folder.is_relative_to(TEMPORARY)
    assert all(TEMPORARY in each["tmpfs"] for each in services().values() if each.get("read_only"))
    for overlay in (KUBERNETES / "overlays").iterdir():
        for pod in pods(built(overlay)).values():
            mounts = {mount["mountPath"]: mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
            (volume,) = [each for each in pod["spec"]["volumes"] if each["name"] == mounts[TEMPORARY]]
            assert "emptyDir" in volume


def test_the_command_for_gpus_lets_what_was_compiled_run_from_there() -> None:
    """An engine mounts a tmpfs without `exec` unless it is told otherwise."""
    page = (DEPLOY / "README.md").read_text()
    (command,) = [line for line in page.splitlines() if line.startswith("$ docker run --gpus")]
    assert "--read-only --tmpfs /tmp:exec" in command
    (made,) = [line for line in page.splitlines() if line.startswith("$ docker build") and "torch" in line]
    assert made.split("--tag ")[1].split()[0] == command.split()[-1]
