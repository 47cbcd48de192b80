"""Write docs/configuration.md from the settings that the commands declare, or check that it is fresh."""

from __future__ import annotations

import argparse
import sys
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from emotag_service.config import ServeConfig
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.registry.settings import RegistrySettings
from emotag_service.settings import name_of, option, settings_of, shown

PAGE = Path(__file__).with_name("configuration.md")

_MARK = "<!-- Written by `make docs` from here on. -->\n"
_COMMANDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "serve": ("The gRPC service.", (ServeConfig,)),
    "tag-topic": ("The tagger of Kafka topics.", (ClientSettings, TagTopicConfig, RegistrySettings)),
    "dead-letters": ("What `emotag dead-letters list` and `replay` reach the cluster with.", (ClientSettings,)),
}


def render() -> str:
    """The page: what people wrote, and behind the mark a table of the settings of each command."""
    said, mark, _ = PAGE.read_text(encoding="utf-8").partition(_MARK)
    parts = [said + mark]
    for command, (what, kinds) in _COMMANDS.items():
        parts.append(f"## {command}\n\n{what}\n")
        parts += [_table(heading, settings) for heading, settings in _by_heading(kinds).items()]
    return "\n".join(parts)


def _by_heading(kinds: tuple[type, ...]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kind in kinds:
        for setting in settings_of(kind):
            found.setdefault(setting.metadata["group"], []).append(setting)
    return found


def _table(heading: str, settings: list[Any]) -> str:
    lines = [f"### {heading[0].upper()}{heading[1:]}\n"] if heading else []
    lines += ["| setting | default | meaning |", "|---|---|---|"]
    for setting in settings:
        key = option(name_of(setting)).removeprefix("--")
        default = "must be given" if setting.default is MISSING else f"`{shown(setting.default)}`"
        text = setting.metadata["help"].replace("|", "\\|")
        lines.append(f"| `{key}` | {default} | {text} |")
    return "\n".join(lines) + "\n"


def main() -> str | None:
    """Run as `python docs/generate.py [--check]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    if not parser.parse_args().check:
        PAGE.write_text(render(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != render():
        return "docs/configuration.md is stale: run make docs"
    return None


if __name__ == "__main__":
    sys.exit(main())
