"""The wheel alone, without any extra, in an environment of its own: what an agent installs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from subprocess import CompletedProcess

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "structlog", "safetensors", "grpc_status", "grpc_health")
OFFLINE = ("connection", "temporary failure in name resolution", "timed out", "network is unreachable")


def run(*command: str | Path, code: int = 0, text: str | None = None) -> CompletedProcess[str]:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("emotag-*.whl"))


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that has the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("base") / "venv"
    run(sys.executable, "-m", "venv", folder)
    install = [folder / "bin" / "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel]
    done = subprocess.run(install, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode and any(sign in done.stderr.lower() for sign in OFFLINE):
        pytest.skip(f"the package registry can not be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_nothing_heavy_is_installed(binaries: Path) -> None:
    code = f"import importlib.util as u; print([m for m in {HEAVY} if u.find_spec(m)])"
    assert run(binaries / "python", "-c", code).stdout == "[]\n"
    installed = json.loads(run(binaries / "pip", "list", "--format=json").stdout)
    names = {one["name"].lower() for one in installed} - {"pip", "setuptools"}
    assert names == {"emotag", "grpcio", "protobuf", "googleapis-common-protos", "typing_extensions"}


def test_it_streams(binaries: Path, service: str) -> None:
    code = (
        "from emotag import EmotionClient\n"
        f"with EmotionClient({service!r}) as client:\n"
        "    print([tag.label for tag in client.stream(['Thank you so much, you made my day!'] * 3)])\n"
    )
    assert run(binaries / "python", "-W", "error", "-c", code).stdout == "['joy', 'joy', 'joy']\n"


def test_its_commands_work(binaries: Path, service: str) -> None:
    done = run(
        binaries / "emotag",
        "stream",
        "--target",
        service,
        text='{"id": 1, "text": "Thank you so much, you made my day!"}\n',
    )
    assert json.loads(done.stdout)["label"] == "joy"
    assert run(
        binaries / "emotag", "classify", "Thank you so much, you made my day!", "--target", service
    ).stdout.startswith("joy")
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
