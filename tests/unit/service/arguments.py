"""Arguments of a command, parsed as the command parses them, where what is wrong is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from emotag_service.settings import ConfigError, SettingsParser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence


class RaisingParser(SettingsParser):
    """Raises what it would end the process with."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Raise the message."""
        assert status == 2
        raise ConfigError(message)


def parsed(
    kind: type, arguments: Sequence[str], environment: Mapping[str, str] | None = None, *, command: str = "serve"
) -> argparse.Namespace:
    """The arguments of a command that has these settings."""
    return parser(kind, environment, command=command).parse_args(arguments)


def parser(kind: type, environment: Mapping[str, str] | None = None, *, command: str = "serve") -> Any:
    """The parser of a command that has these settings."""
    made = RaisingParser(prog=f"emotag {command}", environment=environment or {})
    made.add_settings(kind)
    return made
