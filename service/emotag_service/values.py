"""Values of settings, parsed from the text that a command line or an environment variable gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def one_of(*choices: str) -> Callable[[str], str]:
    """Make the parser of a setting that is one of a few words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return parse


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Make the parser of a whole number within bounds, both included."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if number < least or (most is not None and number > most):
            raise ValueError(f"must be at least {least}" if most is None else f"must be from {least} to {most}")
        return number

    return parse


def seconds(text: str) -> float:
    """Parse a length of time."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError("must be a number of seconds, 0 or more")
    return number


def some_seconds(text: str) -> float:
    """Parse a length of time that is not 0."""
    number = seconds(text)
    if number == 0:
        raise ValueError("must be more than 0 seconds")
    return number


def rate(text: str) -> float:
    """Parse a number of things a second."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError("must be a number, 0 or more; 0 is no bound")
    return number


def not_empty(text: str) -> str:
    """Parse a text that says something."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def origin(text: str) -> str:
    """Parse the origin of pages, as browsers send it."""
    scheme, _, host = text.partition("://")
    if scheme not in {"http", "https"} or not host or set("/?#@ *") & set(host) or host != host.lower():
        raise ValueError("must be SCHEME://HOST or SCHEME://HOST:PORT in small letters, such as https://app.example")
    return text


def path(text: str) -> Path:
    """Parse a path."""
    return Path(not_empty(text))


def yes_or_no(text: str) -> bool:
    """Parse the value of a switch."""
    words = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError("must be yes or no") from None
