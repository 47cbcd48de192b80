"""Virtual environments of benchmarks' peers and of agent frameworks, each its own, kept from run to run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

INSTALL_SECONDS = 900
_STAMP = "emotag-requirements.txt"


class InstallationError(Exception):
    """What was asked for cannot be installed; says why in one line."""


def default_folder(name: str) -> Path:
    """Where environments of one kind are kept unless another folder is named."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / name


class Environments:
    """Makes environments under a folder, and makes one anew when its requirements or this Python changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def python(self, name: str, requirements: Sequence[str]) -> Path:
        """Return the interpreter of the environment `name`, in which the requirements are installed.

        Raises InstallationError; what was made until then is removed, so that the next run tries again.
        """
        folder = self.folder / name
        python, stamp = folder / "bin" / "python", folder / _STAMP
        wanted = "\n".join([sys.version, *requirements])
        if stamp.is_file() and stamp.read_text() == wanted:
            return python
        shutil.rmtree(folder, ignore_errors=True)
        print(f"installing {' '.join(requirements)} in {folder}", file=sys.stderr, flush=True)
        try:
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
            stamp.write_text(wanted)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return python

    def version(self, python: Path, distribution: str) -> str:
        """Return the version of a distribution in an environment."""
        asked = "import importlib.metadata as all, sys; print(all.version(sys.argv[1]))"
        return _run([str(python), "-c", asked, distribution]).strip()


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        raise InstallationError(_reason(error.stderr)) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(str(error)) from error
    return done.stdout


def _reason(said: str) -> str:
    """Return pip's last line that says what is wrong, since it ends with hints and warnings."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if line.startswith("ERROR:")] or lines or ["pip failed and did not say why"]
    return wrong[-1].removeprefix("ERROR: ")
