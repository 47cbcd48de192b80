"""The steps of deploy/Dockerfile by stage, as a builder reads them: arguments filled in, variables written out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from tests.unit.deploy.files import instructions

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM.

    Attributes:
        name: What COPY --from calls it; empty where it has no name.
        base: The image that it starts with.
        steps: (keyword, rest) of its instructions.
    """

    name: str
    base: str
    steps: tuple[tuple[str, str], ...]


def defaults() -> dict[str, str]:
    """Build arguments that stand before the first stage, which every stage may ask for."""
    found: dict[str, str] = {}
    for keyword, rest in instructions():
        if keyword == "FROM":
            break
        found.update(assignments(rest, found))
    return found


def stages(given: Mapping[str, str]) -> list[Stage]:
    """All stages in order, for the build arguments that are `given`."""
    parts: list[tuple[str, list[tuple[str, str]]]] = []
    for keyword, rest in instructions():
        if keyword == "FROM":
            parts.append((filled(rest, {**defaults(), **given}), []))
        elif parts:
            parts[-1][1].append((keyword, rest))
    made = []
    for line, steps in parts:
        base, _, name = re.sub(r"\s+AS\s+", " ", line, flags=re.IGNORECASE).partition(" ")
        made.append(Stage(name, base, tuple(steps)))
    return made


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of variables in their places; one that is not set is empty."""
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], ""), text)


def assignments(rest: str, variables: Mapping[str, str]) -> dict[str, str]:
    """What NAME=VALUE NAME=VALUE of an instruction sets."""
    pairs = (part.partition("=") for part in shlex.split(rest))
    return {name: filled(value, variables) for name, _, value in pairs}
