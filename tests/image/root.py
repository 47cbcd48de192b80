"""A folder as the root of processes, by chroot in a mount namespace of their own: what they mount ends with them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

STEP_SECONDS = 1200
PROGRAMS = ("debootstrap", "unshare", "mount", "chroot", "setpriv")
# The release of Debian that has this version of Python; an image of another one has no stand-in.
_RELEASES = {"3.11": "bookworm", "3.13": "trixie"}
_BASE = "ca-certificates,python3,python3-venv"
# What this machine needs to reach package indexes, and what no image has.
_NETWORK = ("PIP_INDEX_URL", "PIP_CERT", "http_proxy", "https_proxy", "no_proxy")
# Both with what an engine gives a container, as far as a step asks for it; the second as compose.yaml has it besides.
_BUILDING = """set -eu
mount -t proc proc "$1/proc"
if [ -n "$2" ] && [ -e "$1$2" ]; then mount --bind "$2" "$1$2"; fi
shift 2
exec chroot "$@"
"""
_READ_ONLY = """set -eu
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs -o nosuid,nodev,noexec tmpfs "$1/dev/shm"
mount -t tmpfs -o "nosuid,nodev,$2" tmpfs "$1/tmp"
shift 2
exec chroot "$@"
"""
# What a step starts must not outlive it, nor the tests, however they end.
_ALONE = ("setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child")
_UNPRIVILEGED = ("--pdeathsig=KILL", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")


def lacking() -> str:
    """Why no root can be made on this machine; empty where one can."""
    if os.geteuid():
        return "chroot and mounts are root's"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"{missing[0]} is not installed"
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else f"nothing can be mounted: {tried.stderr.strip()}"


def release(image: str) -> str:
    """The release of Debian that stands in for an image of Python; empty where none does."""
    found = re.match(r"python:(\d+\.\d+)[.-]", image)
    return _RELEASES.get(found[1], "") if found else ""


def bootstrap(root: Path, image: str) -> None:
    """Make of the folder `root` what stands in for `image`: the least of Debian, and its Python where theirs is."""
    command = ["debootstrap", "--variant=minbase", f"--include={_BASE}", release(image), str(root)]
    _checked([*_ALONE, *command], None)
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")


def build_step(root: Path, script: str, environment: Mapping[str, str], folder: str) -> str:
    """Run a step of a build by the shell, as root; returns what it said. Raises AssertionError where it fails."""
    network = {name: os.environ[name] for name in _NETWORK if name in os.environ}
    shell = ["env", f"--chdir={folder}", "/bin/sh", "-c", script]
    command = [*_ALONE, "sh", "-c", _BUILDING, "sh", str(root), network.get("PIP_CERT", ""), str(root), *shell]
    return _checked(command, {**environment, **network})


def start(
    root: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    user: str,
    *,
    output: IO[str],
    mode: str = "noexec",
) -> subprocess.Popen[str]:
    """Start a command as compose.yaml has it: a root that is read-only, a /tmp, nobody's user and no capability.

    The process is the command itself, so that signals reach it. `mode` is how /tmp is mounted: an engine says noexec.
    """
    number, _, group = user.partition(":")
    become = ["setpriv", f"--reuid={number}", f"--regid={group}", *_UNPRIVILEGED, "--", *command]
    return subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", _READ_ONLY, "sh", str(root), mode, str(root), *become],
        env=dict(environment), text=True, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _checked(command: list[str], environment: Mapping[str, str] | None) -> str:
    done = subprocess.run(
        command, env=None if environment is None else dict(environment), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=STEP_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout[-8000:]}"
    return done.stdout
