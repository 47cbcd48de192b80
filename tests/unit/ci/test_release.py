"""What `make release` refuses, and what it leaves; building and trying takes minutes, and `make release` does it."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_version_that_the_changelog_dates_is_released(release: Any) -> None:
    release.check_changelog("1.2.0", "# Changelog\n\n## [1.2.0] - 2026-11-29\n\n## [1.1.0] - 2026-01-01\n", draft=False)


@pytest.mark.parametrize(
    ("changelog", "words"),
    [
        ("## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n", r"newest section of CHANGELOG.md is \[Unreleased\]"),
        ("## [1.1.0] - 2026-01-01\n", r"newest section of CHANGELOG.md is \[1.1.0\]"),
        ("## [1.2.0]\n", "must say when 1.2.0 is released"),
        ("## [1.2.0] - soon\n", "must say when"),
        ("nothing\n", "has no sections"),
    ],
)
def test_any_other_is_not(release: Any, changelog: str, words: str) -> None:
    with pytest.raises(release.ReleaseError, match=words):
        release.check_changelog("1.2.0", changelog, draft=False)


def test_a_draft_of_ours_can_be_built(release: Any) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    release.check_changelog(version, (ROOT / "CHANGELOG.md").read_text(), draft=True)


def test_every_file_is_signed(release: Any, tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    release.sign(tmp_path)
    release.sign(tmp_path)
    sums = [hashlib.sha256(name.encode()).hexdigest() for name in "ab"]
    assert (tmp_path / "SHA256SUMS").read_text() == f"{sums[0]}  a\n{sums[1]}  b\n"


def test_what_fails_is_told(release: Any) -> None:
    with pytest.raises(release.ReleaseError, match=r"sh -c .* ended with 3:\nout\nerr\n"):
        release.run("sh", "-c", "echo out; echo err >&2; exit 3")


def test_what_does_not_work_is_told(release: Any, tmp_path: Path) -> None:
    (tmp_path / "emotag").write_text("#!/bin/sh\necho emotag 0.0.1\n")
    (tmp_path / "emotag").chmod(0o755)
    release.attempt(tmp_path, "", "0.0.1")
    with pytest.raises(release.ReleaseError, match=r"did not say 'emotag \{version\}'"):
        release.attempt(tmp_path, "", "1.2.0")


def test_every_extra_that_serves_is_tried(release: Any) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(release.TRIALS) - {""} <= set(extras)
    assert {"local", "server", "demo"} <= set(release.TRIALS)


def test_wheels_of_other_platforms_are_released_too(
    release: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, wheels = tmp_path / "out", tmp_path / "wheels"
    for folder in (out, wheels):
        folder.mkdir()
    with pytest.raises(release.ReleaseError, match="has no wheels"):
        release.add_wheels(out, wheels)
    checked: list[Any] = []
    monkeypatch.setattr(release, "run", lambda *command: checked.append(command))
    (out / "emotag-1-linux.whl").write_text("tried here")
    for name in ("emotag-1-linux.whl", "emotag-1-macosx.whl"):
        (wheels / name).write_text("built there")
    release.add_wheels(out, wheels)
    assert [path.read_text() for path in sorted(out.iterdir())] == ["tried here", "built there"]
    assert [path.name for path in checked[0][3:]] == ["emotag-1-linux.whl", "emotag-1-macosx.whl"]


def test_the_workflow_releases_what_it_built() -> None:
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]["release"]["steps"]
    [fetched] = [step for step in steps if "download-artifact" in step.get("uses", "")]
    [made] = [step for step in steps if step.get("run", "").startswith("make release")]
    assert f"--wheels {fetched['with']['path']}'" in made["run"]
    assert steps.index(fetched) < steps.index(made)
