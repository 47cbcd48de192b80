"""Builds the image of deploy/Dockerfile without an engine: its own steps, in folders that stand in for its base."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.image.root import build_step
from tests.image.steps import Stage, assignments, defaults, filled, stages

# What the official images of Python set, and the tests' stand-in for them does not.
_BASE_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")  # as .dockerignore says
_SAYS_NOTHING = ("LABEL", "EXPOSE")  # to a process


@dataclass(slots=True)
class Image:
    """What a stage has come to.

    Attributes:
        root: The folder that is its root.
        environment: Its variables.
        arguments: Build arguments that the stage has asked for.
        folder: Where steps and the command run.
        user: Who runs the command.
        entrypoint: The command, with the arguments that it has by default.
        health: What its health check runs.
        said: What its steps printed.
    """

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(_BASE_ENVIRONMENT))
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """What a step may refer to."""
        return {**self.arguments, **self.environment}

    @property
    def home(self) -> str:
        """The home of the user, as an engine finds it."""
        lines = (line.split(":") for line in (self.root / "etc/passwd").read_text().splitlines())
        return next(line[5] for line in lines if line[2] == self.user.partition(":")[0])


class Builder:
    """Builds in a folder, each stage from a copy of one base.

    Attributes:
        images: What was built, by the name of the stage.
        steps: What each keyword does that does anything.
    """

    def __init__(self, base: Path, context: Path, folder: Path, **given: str) -> None:
        """`base` is a root, `context` what is copied from, `folder` is made, `given` are the build arguments."""
        self.images: dict[str, Image] = {}
        self._base, self._context, self._folder = base, context, folder
        self._given = {**defaults(), **given}
        folder.mkdir()
        self.steps: dict[str, Callable[[Image, str], None]] = {
            "ARG": self._argument, "ENV": _set, "RUN": _run, "COPY": self._copy, "WORKDIR": _work_in,
            "USER": _become, "HEALTHCHECK": _check_by, "ENTRYPOINT": _enter_by, "CMD": _say,
        }  # fmt: skip

    def build(self) -> Image:
        """Build all stages; returns the last. Raises AssertionError where a step fails, KeyError for one not known."""
        return [self.stage(each) for each in stages(self._given)][-1]

    def stage(self, stage: Stage, without: Sequence[str] = ()) -> Image:
        """Build one stage, but for the instructions of the keywords `without`."""
        root = self._folder / f"stage-{len(self.images)}"
        subprocess.run(["cp", "--archive", "--reflink=auto", str(self._base), str(root)], check=True)
        image = self.images[stage.name] = Image(root)
        for keyword, rest in stage.steps:
            if keyword not in (*_SAYS_NOTHING, *without):
                self.steps[keyword](image, rest)
        return image

    def _argument(self, image: Image, rest: str) -> None:
        for name, default in assignments(rest, image.variables).items():
            image.arguments[name] = self._given.get(name, default)

    def _copy(self, image: Image, rest: str) -> None:
        *sources, destination = shlex.split(filled(rest, image.variables))
        origin, ignore = self._context, _LEFT_OUT
        if sources[0].startswith("--from="):
            origin, ignore = self.images[sources.pop(0).removeprefix("--from=")].root, None
        assert not any(source.startswith("--") for source in sources), f"not known: COPY {rest}"
        target = _below(image.root, str(PurePosixPath(image.folder, destination)))
        for source in sources:
            _copy_one(_below(origin, source), target, ignore, into=destination.endswith("/"))


def _copy_one(source: Path, target: Path, ignore: Callable[..., set[str]] | None, *, into: bool) -> None:
    """Copy a file, or what is in a folder, as root's."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
    else:
        place = target / source.name if into else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)


def _below(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _set(image: Image, rest: str) -> None:
    image.environment.update(assignments(rest, image.variables))


def _run(image: Image, rest: str) -> None:
    image.said.append(build_step(image.root, rest, image.variables, image.folder))


def _work_in(image: Image, rest: str) -> None:
    image.folder = str(PurePosixPath(image.folder, filled(rest, image.variables)))
    _below(image.root, image.folder).mkdir(parents=True, exist_ok=True)


def _become(image: Image, rest: str) -> None:
    image.user = filled(rest, image.variables)


def _check_by(image: Image, rest: str) -> None:
    image.health = json.loads(rest.partition("CMD")[2])


def _enter_by(image: Image, rest: str) -> None:
    image.entrypoint = json.loads(rest)


def _say(image: Image, rest: str) -> None:
    image.entrypoint = [*image.entrypoint, *json.loads(rest)]
