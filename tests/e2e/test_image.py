"""The steps of deploy/Dockerfile run without an engine, and what came of them started as compose.yaml starts it."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from emotag import EmotionClient
from tests.brokers.ports import stable_port
from tests.image.build import Builder, Image
from tests.image.root import bootstrap, lacking, release, start
from tests.image.steps import defaults, stages
from tests.unit.deploy.files import ROOT

BASE = defaults()["PYTHON_IMAGE"]
CHECKS = 120
SECONDS = 60
# As Triton does what it needs a compiler for.
PROGRAM = """
import ctypes, os, pathlib, subprocess
folder = pathlib.Path(os.environ["TRITON_CACHE_DIR"])
folder.mkdir()
(folder / "one.c").write_text("#include <stdio.h>\\n#include <stdlib.h>\\nint one(void) { return 1; }\\n")
subprocess.check_call(["gcc", "one.c", "-O3", "-shared", "-fPIC", "-o", "one.so"], cwd=folder)
print(ctypes.CDLL(str(folder / "one.so")).one())
"""

# Debian's and Python's packages come from the network, and the native core is compiled.
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not release(BASE), reason=f"no release of Debian stands in for {BASE}"),
]


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """What stands in for the image of Python, in a folder that goes with all that is built beside it."""
    if reason := lacking():
        pytest.skip(reason)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it goes then, too
    try:
        with tempfile.TemporaryDirectory(prefix="emotag-image-") as folder:
            Path(folder).chmod(0o755)  # whoever the image's user is has to reach it
            made = Path(folder, "base")
            bootstrap(made, BASE)
            yield made
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def image(base: Path) -> Image:
    """The image for CPUs."""
    return Builder(base, ROOT, base.with_name("cpu")).build()


@contextmanager
def started(
    image: Image, command: Sequence[str], mode: str = "noexec", **variables: str
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A command of the image, and the file with what it says."""
    environment: Mapping[str, str] = {**image.environment, "HOME": image.home, **variables}
    with tempfile.NamedTemporaryFile("w", suffix=".log") as output:
        process = start(image.root, command, environment, image.user, output=output, mode=mode)
        try:
            yield process, Path(output.name)
        finally:
            process.kill()
            process.wait()


def ended(image: Image, command: Sequence[str], mode: str = "noexec", **variables: str) -> tuple[int, str]:
    """The exit code of a command of the image, and what it said."""
    with started(image, command, mode, **variables) as (process, said):
        return process.wait(timeout=SECONDS), said.read_text()


def wait_until_healthy(image: Image, process: subprocess.Popen[str], said: Path, **variables: str) -> None:
    """Ask as an engine does, by the image's own check, until it says that all is well."""
    for _ in range(CHECKS):
        code, problem = ended(image, image.health, **variables)
        if code == 0:
            return
        assert process.poll() is None, said.read_text()
    pytest.fail(f"{problem}\n{said.read_text()}")


def status(process: subprocess.Popen[str]) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_it_serves_with_no_rights_from_a_root_that_it_cannot_write(image: Image) -> None:
    port = str(stable_port())
    variables = {"EMOTAG_PORT": port, "EMOTAG_INSECURE": "yes"}  # as compose.yaml says
    with started(image, image.entrypoint, **variables) as (process, said):
        wait_until_healthy(image, process, said, **variables)

        facts = status(process)
        assert set(facts["Uid"].split()) | set(facts["Gid"].split()) == {"10001"}
        assert {int(facts[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
        assert facts["NoNewPrivs"] == "1"
        with EmotionClient(f"127.0.0.1:{port}") as client:
            assert client.classify("Thank you so much, you made my day!").label == "joy"

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=SECONDS) == 0, said.read_text()
        assert "Traceback" not in said.read_text()
    code, problem = ended(image, image.health, **variables)
    assert (code, "UNAVAILABLE" in problem) == (1, True), problem


def test_it_writes_to_tmp_alone_and_has_its_tables(image: Image) -> None:
    tried = "import sys; open(sys.argv[1], 'w')"
    for path in ("/opt/emotag/cache/new", "/etc/new", "/new"):
        code, problem = ended(image, ["python", "-c", tried, path])
        assert (code, "Read-only file system" in problem) == (1, True), problem
    assert ended(image, ["python", "-c", tried, "/tmp/new"]) == (0, "")  # noqa: S108 - of the container
    assert list((image.root / "opt/emotag/cache").rglob("*.*"))
    code, said = ended(image, ["emotag", "classify", "--local", "it is built"])
    assert (code, "fold" in said) == (0, False), said


def test_it_has_what_runs_and_not_what_builds(image: Image) -> None:
    assert ended(image, ["python", "-c", "import torch"])[0] == 1
    assert not [name for name in ("gcc", "g++", "cc") if (image.root / "usr/bin" / name).exists()]
    assert not (image.root / "src").exists()


def test_the_one_for_gpus_compiles_and_loads_where_the_page_says(base: Path) -> None:
    """Without what is copied into it: torch for CUDA is gigabytes."""
    builder = Builder(base, ROOT, base.with_name("gpu"), EXTRAS="server,otel,torch")
    image = builder.stage(stages({})[-1], without=("COPY",))
    assert ended(image, ["python", "-c", PROGRAM], mode="exec") == (0, "1\n")
    code, problem = ended(image, ["python", "-c", PROGRAM])
    assert (code, "failed to map segment" in problem) == (1, True), problem
