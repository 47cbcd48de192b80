"""The units of deploy/systemd, by systemd itself and by the programs that they start."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from emotag.cli.commands import COMMANDS
from tests.unit.deploy.files import AFTERWARDS_SECONDS, DEPLOY, TAGGER_STOP_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
README = (DEPLOY / "README.md").read_text()
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "CapabilityBoundingSet=",
    "DynamicUser=yes",
    "PrivateTmp=yes",
)


def _setting(unit: Path, name: str) -> str:
    (only,) = [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith(f"{name}=")]
    return only


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_its_command_is_understood_and_has_time_to_stop(unit: Path) -> None:
    _, command, *arguments = shlex.split(_setting(unit, "ExecStart"))
    options = vars(COMMANDS[command].parser(environment={}).parse_args(arguments))
    stop = float(options.get("drain_seconds") or TAGGER_STOP_SECONDS)
    assert int(_setting(unit, "TimeoutStopSec")) > stop + AFTERWARDS_SECONDS
    assert set(HARDENED) <= set(unit.read_text().splitlines())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_all_run_as_the_user_that_is_made_for_them(unit: Path) -> None:
    """One that systemd makes for each could not read what another wrote to the cache, nor be named as a group is."""
    user = _setting(unit, "User")
    assert f"useradd --system --user-group --no-create-home --shell /usr/sbin/nologin {user}\n" in README
    assert "ProcSubset=" not in unit.read_text(), "there would be no metrics of the process"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text().replace("/opt/emotag/bin/emotag", str(shutil.which("true")))  # what it starts must exist
    (tmp_path / unit.name).write_text(text)
    verdict = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, text=True, timeout=60, check=False
    )
    assert (verdict.returncode, [line for line in verdict.stderr.splitlines() if unit.name in line]) == (0, [])
