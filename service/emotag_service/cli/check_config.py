"""--check-config: says what a command would run with, and where each setting comes from, as a file for --config."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.settings import name_of, option, settings_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable


def add_check_option(parser: argparse.ArgumentParser) -> None:
    """Declare it."""
    parser.add_argument(
        "--check-config",
        action="store_true",
        help="print what it would run with and where that comes from, read the files that are named, and end: exit "
        "code 0 when all of it is right, as far as that can be told without the network",
    )


def print_settings(command: str, configs: Iterable[Any], args: argparse.Namespace) -> None:
    """Print settings as TOML: those that were given with their source, defaults as comments."""
    print(f"[{command}]")
    for config in configs:
        for setting in settings_of(type(config)):
            name = name_of(setting)
            value = _toml(getattr(config, setting.name), many=setting.metadata["many"])
            line = f"{option(name).removeprefix('--')} = {value}"
            print(f"{line}  # {args.sources.get(name, option(name))}" if hasattr(args, name) else f"# {line}")
    print("# These settings are right.")


def _toml(value: Any, *, many: bool) -> str:
    if many:
        return f"[{', '.join(_toml('='.join(one) if isinstance(one, tuple) else one, many=False) for one in value)}]"
    if isinstance(value, tuple):
        value = ",".join(value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps("" if value is None else str(value), ensure_ascii=False)
