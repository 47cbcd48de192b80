"""The wheel in environments of its own: what an agent installs, and the model in process and served, without torch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emotag import EmotionClient
from emotag_model.native.build import BuildError, find_compiler
from tests.compiler import quick_compiler

if TYPE_CHECKING:
    from subprocess import CompletedProcess

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "structlog", "safetensors", "grpc_status", "grpc_health")
OFFLINE = ("connection", "temporary failure in name resolution", "timed out", "network is unreachable")
OURS = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")  # those would find the checkout, and compile all anew at every start
SAID = "Thank you so much, you made my day!"


def run(*command: str | Path, code: int = 0, text: str | None = None, **variables: str) -> CompletedProcess[str]:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=240, check=False, env=environment(**variables)
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def environment(**variables: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS} | variables


def build_wheel(folder: Path, **variables: str) -> Path:
    """Build as `pip install .` does, from a copy: a library that lies in the checkout must not get in."""
    source = folder / "source"
    names = ("clients", "model", "service", "pyproject.toml", "README.md", "LICENSE", "hatch_build.py")
    source.mkdir()
    for name in names:
        skip = shutil.ignore_patterns("__pycache__", "node_modules", "*.so", "characters-*.bin")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source, **variables)
    return next(folder.glob("emotag-*.whl"))


def pip(python: Path, *arguments: str | Path) -> CompletedProcess[str]:
    """Run this environment's pip for another one: to install pip itself there takes longer than the rest."""
    command = [sys.executable, "-m", "pip", "--python", python, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=environment())


def install(folder: Path, wheel: Path, extra: str = "") -> Path:
    """Return the `bin` of a new environment with the wheel, perhaps an extra, and what they need, nothing else."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    what = f"{wheel}[{extra}]" if extra else wheel
    options = ("--quiet", "--no-compile", "--constraint", ROOT / "constraints.txt")
    done = pip(folder / "bin" / "python", "install", *options, what)
    if done.returncode and any(sign in done.stderr.lower() for sign in OFFLINE):
        pytest.skip(f"the package registry can not be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def installed(binaries: Path) -> set[str]:
    code = "import importlib.metadata as m; print(*(one.name.lower() for one in m.distributions()))"
    return set(run(binaries / "python", "-c", code).stdout.split())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests."""
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(folder, CXX=quick_compiler(folder))


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment without any extra: what an agent installs."""
    return install(tmp_path_factory.mktemp("base") / "venv", wheel)


@pytest.fixture(scope="module")
def served(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the extra of the server, which has that of tags in process."""
    return install(tmp_path_factory.mktemp("server") / "venv", wheel, "server")


@pytest.fixture
def compiled() -> None:
    """For tests of the native core."""
    try:
        find_compiler()
    except BuildError as error:
        pytest.skip(str(error))


def test_nothing_heavy_is_installed(binaries: Path) -> None:
    code = f"import importlib.util as u; print([m for m in {HEAVY} if u.find_spec(m)])"
    assert run(binaries / "python", "-c", code).stdout == "[]\n"
    assert installed(binaries) == {"emotag", "grpcio", "protobuf", "googleapis-common-protos", "typing_extensions"}


def test_it_streams(binaries: Path, service: str) -> None:
    code = (
        "from emotag import EmotionClient\n"
        f"with EmotionClient({service!r}) as client:\n"
        f"    print([tag.label for tag in client.stream([{SAID!r}] * 3)])\n"
    )
    assert run(binaries / "python", "-W", "error", "-c", code).stdout == "['joy', 'joy', 'joy']\n"


def test_its_commands_work(binaries: Path, service: str) -> None:
    message = json.dumps({"id": 1, "text": SAID})
    done = run(binaries / "emotag", "stream", "--target", service, text=f"{message}\n")
    assert json.loads(done.stdout)["label"] == "joy"
    assert run(binaries / "emotag", "classify", SAID, "--target", service).stdout.startswith("joy")
    assert "taxonomy  basic" in run(binaries / "emotag", "info", "--target", service).stdout


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("serve", "server"),
        ("mcp", "mcp"),
        ("a2a", "a2a"),
        ("demo", "server"),
        ("broker", "demo"),
        ("train", "train"),
        ("evaluate", "train"),
    ],
)
def test_what_is_missing_is_named(binaries: Path, command: str, extra: str) -> None:
    done = run(binaries / "emotag", command, code=2)
    assert f"emotag {command}: error: needs " in done.stderr
    assert f"pip install 'emotag[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("compiled")
def test_a_wheel_with_the_core_is_of_a_platform_and_of_every_python(wheel: Path) -> None:
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")


@pytest.mark.usefixtures("compiled")
def test_tags_in_process_need_no_torch(served: Path) -> None:
    assert "torch" not in installed(served)
    done = run(served / "emotag", "classify", "--local", "--json", SAID)
    assert json.loads(done.stdout)["label"] == "joy"
    assert done.stderr == ""


@pytest.mark.usefixtures("compiled")
def test_it_serves_without_torch(served: Path) -> None:
    serving = subprocess.Popen(
        [served / "emotag", "serve", "--port", "0", "--log-format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
    )  # fmt: skip
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


def test_without_a_compiler_it_installs_and_says_what_to_do(served: Path, tmp_path: Path) -> None:
    """Before what else is installed with the extra, which is the same with either wheel."""
    bare = tmp_path / "bin"  # a PATH with no compiler in it
    bare.mkdir()
    wheel = build_wheel(tmp_path, PATH=str(bare), CXX="")
    assert wheel.name.endswith("-py3-none-any.whl")
    before = tmp_path / "before"
    done = pip(served / "python", "install", "--quiet", "--no-compile", "--no-deps", "--target", before, wheel)
    assert done.returncode == 0, done.stderr
    done = run(served / "python", "-m", "emotag", "classify", "--local", SAID, code=1, PYTHONPATH=str(before))
    assert "C++ compiler" in done.stderr
    assert "emotag[torch]" in done.stderr
    assert "Traceback" not in done.stderr
