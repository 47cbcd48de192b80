"""Settings of a command as fields of a dataclass: options win over EMOTAG_* variables, over a file, over defaults.

A field `queue_messages` is the option `--queue-messages`, the variable `EMOTAG_QUEUE_MESSAGES` and the key
`queue-messages` of the command's table in a TOML file; its metadata, made by `about`, say how its text is parsed and
what it means. A field without `about` is not a setting; one without default must be given.
"""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import configargparse

from emotag_service.settings_file import SettingsFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_T = TypeVar("_T")
_BAD_VALUE = re.compile(r"argument (?P<option>--[a-z-]+): (?P<problem>.*)", re.DOTALL)


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


class SettingsParser(configargparse.ArgumentParser):  # type: ignore[misc]  # it comes without types
    """Parses the arguments of a command, with what variables and a file set beside them."""

    def __init__(self, *, environment: Mapping[str, str] = os.environ, **options: Any) -> None:
        """Make one.

        Args:
            environment: Where EMOTAG_* variables are looked up; an empty one counts as not set.
            options: What `argparse.ArgumentParser` takes.
        """
        self._environment = environment
        self._groups: dict[str, argparse._ActionsContainer] = {"": self}
        _, _, command = options.get("prog", "").partition(" ")
        super().__init__(
            **options | {"allow_abbrev": False},
            config_file_parser_class=SettingsFile(command.partition(" ")[0]),
            add_config_file_help=False,
            add_env_var_help=False,
        )

    def add_settings(self, kind: type) -> None:
        """Add one option per setting of `kind`, and --config; what nobody gives is absent from the arguments."""
        if len(self._groups) == 1:
            self._groups["--config"] = self
            self.add_argument(
                "--config",
                is_config_file_arg=True,
                env_var="EMOTAG_CONFIG",
                metavar="F",
                help="TOML file of settings, a table for each command; options and variables win over it "
                "[$EMOTAG_CONFIG]",
            )
        for setting in settings_of(kind):
            heading = setting.metadata["group"]
            if heading not in self._groups:
                self._groups[heading] = self.add_argument_group(heading)
            self._groups[heading].add_argument(
                option(name_of(setting)),
                env_var=variable(name_of(setting)),
                dest=name_of(setting),
                default=argparse.SUPPRESS,
                help=_help(setting),
                **_action(setting.metadata),
            )

    def parse_known_args(
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None, **_: Any
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse as argparse does; `sources` of the result says where each setting that was given comes from."""
        given = {name: text for name, text in self._environment.items() if text}
        parsed, rest = super().parse_known_args(args, namespace, env_vars=given)
        parsed.sources = {action.dest: source for action, source in self._given() if action is not None}
        return parsed, rest

    def convert_item_to_command_line_arg(self, action: argparse.Action | None, key: str, value: Any) -> list[str]:
        """Turn what a variable or a file says into arguments; commas separate several values."""
        if isinstance(action, argparse._AppendAction) and isinstance(value, str):  # noqa: SLF001 - as its parent does
            value = [part.strip() for part in value.split(",") if part.strip()]
        elif isinstance(value, list) and action is not None and not isinstance(action, argparse._AppendAction):  # noqa: SLF001
            self.error(f"--config: {key}: must be one value, not a list")
        arguments: list[str] = super().convert_item_to_command_line_arg(action, key, value)
        return arguments

    def error(self, message: str) -> NoReturn:
        """End the process with what is wrong, and where it was said; the usage of forty options would bury it."""
        self.exit(2, f"{self.prog}: error: {self._explained(message)}\n")
        raise AssertionError("unreachable: exit does not return")

    def _explained(self, message: str) -> str:
        given = list(self._given())
        if message.startswith("unrecognized") and (unknown := [source for action, source in given if action is None]):
            return f"{', '.join(unknown)}: there is no such setting; {self.prog} --help lists those there are"
        if (bad := _BAD_VALUE.fullmatch(message)) is None:
            return message
        for action, source in given:
            if action is not None and bad["option"] in action.option_strings:
                return f"{source}: {bad['problem']}"
        return f"{bad['option']}: {bad['problem']}"

    def _given(self) -> Iterator[tuple[argparse.Action | None, str]]:
        """What variables and files set, and where; no action for what is no setting."""
        for place, settings in self.get_source_to_settings_dict().items():
            kind, _, file = place.partition("|")
            for key, (action, _) in settings.items() if kind in ("environment_variables", "config_file") else ():
                yield action, f"{file}: {key}" if file else f"${key}"


def make_settings(kind: type[_T], args: argparse.Namespace) -> _T:
    """Put a configuration together from parsed arguments.

    Raises:
        ConfigError: Values contradict each other, or one that must be given is not.
    """
    return kind(**given_values(kind, args))


def given_values(kind: type, args: argparse.Namespace) -> dict[str, Any]:
    """The values of those settings of `kind` that were given, by field; see `make_settings`."""
    values: dict[str, Any] = {}
    for setting in settings_of(kind):
        name = name_of(setting)
        if hasattr(args, name):
            given = getattr(args, name)
            values[setting.name] = tuple(given) if setting.metadata["many"] else given
        elif setting.default is MISSING:
            raise ConfigError(f"{option(name)} is missing; give it, or set ${variable(name)}")
    return values


def settings_of(kind: Any) -> Iterator[Field[Any]]:
    """The fields that are settings; what a kind shares with others comes last."""
    kind = kind if isinstance(kind, type) else type(kind)
    found = [field for field in fields(kind) if "parse" in field.metadata]
    return iter(sorted(found, key=lambda field: field.name not in kind.__annotations__))


def name_of(setting: Field[Any]) -> str:
    """What a setting is called."""
    return setting.metadata["name"] or setting.name


def given_options(config: Any) -> list[str]:
    """The options that make this configuration again, in another process."""
    options: list[str] = []
    for setting in settings_of(config):
        value, name = getattr(config, setting.name), option(name_of(setting))
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


def typed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make an option's type of what parses a value, whose ValueError becomes the usage error, word for word."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{error}, not {text!r}") from error

    return convert


def _help(setting: Field[Any]) -> str:
    text: str = setting.metadata["help"]
    if setting.default is not MISSING and "(default: " not in text:
        text = f"{text} (default: {shown(setting.default)})"
    return f"{text} [${variable(name_of(setting))}]".replace("%", "%%")


def shown(value: Any) -> Any:
    """A value of a setting, for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, (), "") else value


def _action(metadata: Mapping[str, Any]) -> dict[str, Any]:
    if metadata["switch"]:
        return {"action": "store_true"}
    action, kind = "append" if metadata["many"] else "store", typed(metadata["parse"])
    return {"action": action, "metavar": metadata["metavar"], "type": kind}
