"""Wheels with their extras, in environments of their own: the model in process and served, without torch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotag import EmotionClient
from emotag_model.native.build import BuildError, find_compiler
from tests.e2e.test_base_install import OFFLINE, ROOT, run

SAID = "Thank you so much, you made my day!"


def build_wheel(folder: Path, **variables: str) -> Path:
    """Build as `pip install .` does, from a copy: a library that lies in the checkout must not get in."""
    source = folder / "source"
    names = ("clients", "model", "service", "pyproject.toml", "README.md", "LICENSE", "hatch_build.py")
    source.mkdir()
    for name in names:
        skip = shutil.ignore_patterns("__pycache__", "*.so", "characters-*.bin")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, env={**os.environ, **variables}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("emotag-*.whl"))


def install(folder: Path, wheel: Path, extra: str) -> Path:
    """Return the `bin` of a new environment with the wheel and one extra."""
    run(sys.executable, "-m", "venv", folder)
    command = [folder / "bin" / "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt"]
    done = subprocess.run([*command, f"{wheel}[{extra}]"], capture_output=True, text=True, timeout=240, check=False)
    if done.returncode and any(sign in done.stderr.lower() for sign in OFFLINE):
        pytest.skip(f"the package registry can not be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder / "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        find_compiler()
    except BuildError as error:
        pytest.skip(str(error))
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def served(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the extra of the server, which has that of tags in process."""
    return install(tmp_path_factory.mktemp("server") / "venv", wheel, "server")


def test_a_wheel_with_the_core_is_of_a_platform_and_of_every_python(wheel: Path) -> None:
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")


def test_tags_in_process_need_no_torch(served: Path) -> None:
    installed = json.loads(run(served / "pip", "list", "--format=json").stdout)
    assert "torch" not in {one["name"].lower() for one in installed}
    done = run(served / "emotag", "classify", "--local", "--json", SAID)
    assert json.loads(done.stdout)["label"] == "joy"
    assert done.stderr == ""


def test_it_serves_without_torch(served: Path) -> None:
    serving = subprocess.Popen(
        [served / "emotag", "serve", "--port", "0", "--log-format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert serving.stdout is not None
        events = (json.loads(line) for line in serving.stdout if line.startswith("{"))
        started = next(event for event in events if event["event"] == "serving")
        assert started["computes"].startswith("native ")
        with EmotionClient(f"127.0.0.1:{started['port']}") as client:
            assert client.classify(SAID).label == "joy"
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
    assert serving.returncode == 0


def test_without_a_compiler_it_installs_and_says_what_to_do(tmp_path: Path) -> None:
    bare = tmp_path / "bin"  # a PATH with no compiler in it
    bare.mkdir()
    wheel = build_wheel(tmp_path, PATH=str(bare), CXX="")
    assert wheel.name.endswith("-py3-none-any.whl")
    binaries = install(tmp_path / "venv", wheel, "local")
    done = run(binaries / "emotag", "classify", "--local", SAID, code=1)
    assert "C++ compiler" in done.stderr
    assert "emotag[torch]" in done.stderr
    assert "Traceback" not in done.stderr
