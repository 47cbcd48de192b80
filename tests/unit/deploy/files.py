"""The files of deploy/, read as the tools that they are for read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from emotag_service.kafka.tagging.settings import LoopSettings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
AFTERWARDS_SECONDS = 10
"""What a process may take beyond its drain: five to send its traces, five to close the operators' port."""
TAGGER_STOP_SECONDS = 2 * LoopSettings(group="g", topics=("t",)).stop_seconds
"""What a tagger may take: to commit what is written, and to leave the group."""


def instructions(path: Path = DEPLOY / "Dockerfile") -> list[tuple[str, str]]:
    """(keyword, rest) of every instruction, comments dropped and continued lines joined."""
    text = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(keyword.upper(), rest.strip()) for keyword, _, rest in (line.partition(" ") for line in lines if line)]


def those(keyword: str) -> list[str]:
    """What follows every instruction of this keyword."""
    return [rest for found, rest in instructions() if found == keyword]


def one(keyword: str) -> str:
    """What follows the only instruction of this keyword."""
    (only,) = those(keyword)
    return only


def copied() -> dict[str, str]:
    """Destination by source of what is copied from the repository."""
    pairs = {}
    for rest in those("COPY"):
        *sources, destination = rest.split()
        if not rest.startswith("--from"):
            pairs.update({source: destination.replace("./", f"{source}") for source in sources})
    return pairs


def health_command() -> list[str]:
    """What the image's health check runs."""
    command: list[str] = json.loads(one("HEALTHCHECK").partition("CMD")[2])
    return command


def services() -> dict[str, Any]:
    """The services of the compose file."""
    parsed: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]
    return parsed
