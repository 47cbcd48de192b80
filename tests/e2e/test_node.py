"""The SDK of Node.js: its own tests against the real service, its types, its package, and its page as people type it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emotag import EmotionClient, Retry
from emotag.cli.child import Child
from tests.brokers.ports import stable_port
from tests.integration.authority import Authority
from tests.messages import TAXONOMY, at_hand, truth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "clients" / "node" / "README.md").read_text(encoding="utf-8")
OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH", "network")
SERVE = (sys.executable, "-m", "emotag", "serve")
SNIPPETS = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
WRITTEN_TARGET = "localhost:50051"
WRITTEN = {
    "emotag.example:443": "target",
    "ca.pem": "ca",
    "planner.pem": "cert",
    "planner.key": "key",
    "planner.token": "token",
}


def run(*command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def install(folder: Path, *arguments: str) -> None:
    done = run("npm", *arguments, "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", folder=folder)
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("the npm registry can not be reached")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package beside the protos, as in the checkout, with the packages that its lock file pins."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    root = tmp_path_factory.mktemp("node")
    shutil.copytree(ROOT / "protos", root / "protos")
    shutil.copy(ROOT / "LICENSE", root)
    folder = root / "clients" / "node"
    shutil.copytree(ROOT / "clients" / "node", folder, ignore=shutil.ignore_patterns("node_modules"))
    install(folder, "ci")
    return folder


@pytest.fixture(scope="module")
def program(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's own folder, in which the packed package was installed, and nothing else is."""
    folder = tmp_path_factory.mktemp("program")
    done = run("npm", "pack", "--pack-destination", str(folder), folder=package)
    assert done.returncode == 0, done.stderr
    (archive,) = folder.glob("emotag-*.tgz")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install(folder, "install", f"./{archive.name}")
    shutil.copy(folder / "node_modules" / "emotag" / "example.js", folder)
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The messages of every way in, with the labels and scores that the engine gives them in process."""
    texts = at_hand()
    tags = truth_of(texts)
    known = [{"text": text, "label": tag.label, "scores": tag.scores} for text, tag in zip(texts, tags, strict=True)]
    path = tmp_path_factory.mktemp("expected") / "tags.json"
    path.write_text(json.dumps({"taxonomy": TAXONOMY, "known": known}))
    return path


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where a service listens that asks for a certificate and a token, and the files to get in with."""
    folder = tmp_path_factory.mktemp("secured")
    authority = Authority(folder)
    server, agent = authority.server(), authority.agent("planner")
    new = subprocess.run(
        [*SERVE[:3], "token", "new", "--name", "planner"], capture_output=True, text=True, timeout=60, check=True
    )
    tokens, token = folder / "tokens", folder / "planner.token"
    tokens.write_text(new.stderr)
    token.write_text(new.stdout)
    target = f"localhost:{stable_port()}"  # a name, since TLS has no server name that is an address
    port = target.rpartition(":")[2]
    files = ("--tls-cert", server[0], "--tls-key", server[1], "--tls-client-ca", authority.ca, "--tokens", tokens)
    with Child("the server", [*SERVE, "--port", port, *map(str, files)]):
        with EmotionClient(target, tls=agent, token=token, retry=Retry(seconds=100)) as client:
            client.info(timeout=100)
        yield {
            "target": target,
            "ca": str(authority.ca),
            "cert": str(agent.certificate),
            "key": str(agent.key),
            "token": str(token),
        }


def test_its_own_tests(package: Path, service: str, secured: dict[str, str], expected: Path) -> None:
    done = run(
        "npm", "test", folder=package, EMOTAG_TARGET=service, EMOTAG_SECURED=json.dumps(secured),
        EMOTAG_EXPECTED=str(expected), EMOTAG_SERVE=json.dumps(SERVE),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# skipped 0$", done.stdout, re.MULTILINE), done.stdout


def test_its_types(package: Path) -> None:
    """Those of the source against what index.d.ts promises, and those that a program in TypeScript meets."""
    done = run("npm", "run", "types", folder=package)
    assert done.returncode == 0, done.stdout


def test_the_package_holds_all_that_the_example_needs(program: Path, service: str) -> None:
    done = run("node", "example.js", service, folder=program)
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.search(r"such as:\n\n((?:    .*\n)+)", PAGE)
    assert shown is not None
    assert unnumbered(textwrap.dedent(shown.group(1))) == unnumbered(done.stdout)
    assert (program / "node_modules" / "emotag" / "LICENSE").is_file()
    assert not (program / "node_modules" / "emotag" / "test").exists()


def test_packing_leaves_no_copies_in_the_checkout(package: Path, program: Path) -> None:
    assert program.is_dir()
    assert not (package / "protos").exists()
    assert not (package / "LICENSE").exists()


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_of_its_page(number: int, program: Path, service: str, secured: dict[str, str]) -> None:
    """As it stands, but for where the service and its files are."""
    snippet = SNIPPETS[number].replace(WRITTEN_TARGET, service)
    for written, key in WRITTEN.items():
        snippet = snippet.replace(f'"{written}"', json.dumps(secured[key]))
    (program / "snippet.js").write_text(snippet)
    done = run("node", "snippet.js", folder=program)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_nobody_there(program: Path) -> None:
    done = run("node", "example.js", "127.0.0.1:1", folder=program)
    assert done.returncode == 1
    assert "UNAVAILABLE: no server answers at 127.0.0.1:1" in done.stderr


def unnumbered(text: str) -> str:
    """Scores and the version of the model change with every checkpoint."""
    return re.sub(r"\d+(\.\d+)+", "#", text)
