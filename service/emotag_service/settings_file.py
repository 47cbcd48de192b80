"""A TOML file of settings: a table for each command, such as [serve], that holds its options without the dashes."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import configargparse

if TYPE_CHECKING:
    from typing import TextIO

_TABLES = ("serve", "tag-topic", "dead-letters")


class SettingsFile(configargparse.ConfigFileParser):  # type: ignore[misc]  # it comes without types
    """Reads the table of one command.

    The library's own reader passes over tables that it does not know, so that a misspelt one would be left out in
    silence.
    """

    def __init__(self, command: str) -> None:
        """Make the reader of this command's table."""
        super().__init__()
        self._command = command

    def __call__(self) -> SettingsFile:
        """Return the reader: the library wants something to call."""
        return self

    def parse(self, stream: TextIO) -> dict[str, str | list[str]]:
        """Read a file.

        Raises:
            ConfigFileParserException: It is no TOML, or has more in it than tables of settings.
        """
        try:
            tables = tomllib.loads(stream.read())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _problem(stream, f"is no TOML: {error}") from error
        for name, table in tables.items():
            if name not in _TABLES:
                raise _problem(stream, f"{name}: there is no such table; settings stand under [{'], ['.join(_TABLES)}]")
            if not isinstance(table, dict):
                raise _problem(stream, f"{name}: must be a table, as in [{name}]")
        return {key: self._text(stream, key, value) for key, value in tables.get(self._command, {}).items()}

    def _text(self, stream: TextIO, key: str, value: Any) -> str | list[str]:
        if isinstance(value, dict):
            raise _problem(stream, f"{key}: must be a value, not a table")
        return [str(part) for part in value] if isinstance(value, list) else str(value)


def _problem(stream: TextIO, text: str) -> Exception:
    problem: Exception = configargparse.ConfigFileParserException(f"--config: {stream.name}: {text}")
    return problem
