"""Settings as fields of a dataclass: the command line wins over EMOTAG_* variables, which win over defaults.

A field `queue_messages` is the option `--queue-messages` and the variable `EMOTAG_QUEUE_MESSAGES`; its metadata, made
by `about`, say how its text is parsed and what it means. A field without `about` is not a setting; one without default
must be given.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

_T = TypeVar("_T")


class ConfigError(ValueError):
    """A setting has a value that it cannot have; the text names the setting and what would be right."""


def about(
    parse: Callable[[str], Any],
    text: str,
    *,
    metavar: str = "X",
    many: bool = False,
    switch: bool = False,
    group: str = "",
    name: str = "",
) -> dict[str, Any]:
    """Make the metadata of a setting.

    Args:
        parse: Turns its text into its value; raises ValueError that says what would be right.
        text: Its help.
        metavar: What stands for its value in help.
        many: It is a tuple: its option can be given several times, its variable lists values between commas.
        switch: Its option takes no value.
        group: Under which heading help shows it.
        name: What it is called, when that cannot be the name of a field, such as "from".
    """
    return {
        "parse": parse,
        "help": text,
        "metavar": metavar,
        "many": many,
        "switch": switch,
        "group": group,
        "name": name,
    }


def add_options(parser: argparse.ArgumentParser, kind: type) -> None:
    """Add one option per setting of `kind`; an option that is not given stays None, for the variable to win."""
    groups: dict[str, argparse._ActionsContainer] = {"": parser}
    for setting in _settings(kind):
        heading = setting.metadata["group"]
        if heading not in groups:
            groups[heading] = parser.add_argument_group(heading)
        groups[heading].add_argument(option(_name(setting)), help=_help(setting), **_action(setting.metadata))


def read_settings(kind: type[_T], options: Mapping[str, Any], environment: Mapping[str, str]) -> _T:
    """Put a configuration together.

    Args:
        kind: The dataclass to make.
        options: What the command line gave, by field name; None or absent where it gave nothing.
        environment: Where EMOTAG_* variables are looked up; an empty one counts as not set.

    Raises:
        ConfigError: A value is not one that its setting can have, or one that must be given is not.
    """
    return kind(**given_values(kind, options, environment))


def given_values(kind: type, options: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The values of those settings of `kind` that were given, by name; see `read_settings`."""
    values: dict[str, Any] = {}
    for setting in _settings(kind):
        parse, name = setting.metadata["parse"], _name(setting)
        texts, source = _texts(setting, options, environment)
        if texts:
            parsed = tuple(_parse(parse, text, source) for text in texts)
            values[setting.name] = parsed if setting.metadata["many"] else parsed[0]
        elif setting.default is MISSING:
            raise ConfigError(f"{option(name)} is missing; give it, or set ${variable(name)}")
    return values


def given_options(config: Any) -> list[str]:
    """The options that make this configuration again, in another process."""
    options: list[str] = []
    for setting in _settings(config):
        value, name = getattr(config, setting.name), option(_name(setting))
        if setting.metadata["switch"]:
            options += [name] if value else []
            continue
        for one in value if setting.metadata["many"] else [value]:
            text = ("yes" if one else "no") if isinstance(one, bool) else str(one)
            options += [] if one is None else [f"{name}={text}"]
    return options


def option(name: str) -> str:
    """The option of the setting of this name."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """The environment variable of the setting of this name."""
    return f"EMOTAG_{name.upper()}"


def _settings(kind: Any) -> Iterator[Field[Any]]:
    return (field for field in fields(kind) if "parse" in field.metadata)


def _texts(setting: Field[Any], options: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[list[str], str]:
    """What was given for a setting, and where."""
    many, name = setting.metadata["many"], _name(setting)
    given = options.get(name)
    if given is not None:
        return (given if many else [given]), option(name)
    text = environment.get(variable(name), "")
    parts = [part.strip() for part in text.split(",")] if many else [text]
    return [part for part in parts if part], f"${variable(name)}"


def _name(setting: Field[Any]) -> str:
    return setting.metadata["name"] or setting.name


def _parse(parse: Callable[[str], Any], text: str, source: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise ConfigError(f"{source}: {error}, not {text!r}") from error


def _help(setting: Field[Any]) -> str:
    text: str = setting.metadata["help"]
    if setting.default is not MISSING and "(default: " not in text:
        text = f"{text} (default: {_shown(setting.default)})"
    return f"{text} [${variable(_name(setting))}]".replace("%", "%%")


def _shown(default: Any) -> Any:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "none" if default in (None, (), "") else default


def _action(metadata: Mapping[str, Any]) -> dict[str, Any]:
    if metadata["switch"]:
        return {"action": "store_const", "const": "yes"}
    return {"action": "append" if metadata["many"] else "store", "metavar": metadata["metavar"]}
