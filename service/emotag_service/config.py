"""Configuration of `emotag serve`: the command line wins over EMOTAG_* variables, which win over defaults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from emotag_service.engine.limits import EngineLimits
from emotag_service.logs import LOG_FORMATS, LOG_LEVELS, LogFormat
from emotag_service.values import not_empty, one_of, path, seconds, whole_number

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from pathlib import Path

_ENGINE = EngineLimits()


class ConfigError(ValueError):
    """A setting has a value that it cannot have; the text names the setting and what would be right."""


def _about(parse: Callable[[str], Any], text: str) -> dict[str, Any]:
    return {"parse": parse, "help": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """What `emotag serve` runs with.

    Every field is an option (`--queue-messages`) and a variable (`EMOTAG_QUEUE_MESSAGES`); its metadata say how its
    text is parsed and what it means.
    """

    # Loopback by default: the port speaks plaintext to whoever reaches it. A container passes 0.0.0.0.
    host: str = field(
        default="127.0.0.1",
        metadata=_about(not_empty, "address to listen on; 0.0.0.0 for every interface, in plaintext"),
    )
    port: int = field(
        default=50051,
        metadata=_about(whole_number(0, 65_535), "port to listen on; 0 picks a free one and logs it"),
    )
    checkpoint: Path | None = field(
        default=None,
        metadata=_about(path, "folder of the checkpoint to answer with (default: the one that ships)"),
    )
    devices: str = field(
        default="auto",
        metadata=_about(
            not_empty,
            "where to compute: cpu, cpu:N for N replicas, cuda, cuda:0,cuda:1, or auto: all GPUs, else up to 4 cores",
        ),
    )
    queue_messages: int = field(
        default=_ENGINE.queue_messages,
        metadata=_about(whole_number(1), "messages held at once; more are answered with RESOURCE_EXHAUSTED"),
    )
    queue_bytes: int = field(
        default=_ENGINE.queue_bytes,
        metadata=_about(whole_number(1), "bytes of text held at once; more are answered with RESOURCE_EXHAUSTED"),
    )
    batch_tokens: int = field(
        default=_ENGINE.batch_tokens,
        metadata=_about(whole_number(1), "tokens computed at once, padding included"),
    )
    drain_seconds: float = field(
        default=30.0,
        metadata=_about(seconds, "on SIGTERM, how many seconds admitted messages may take to be answered"),
    )
    log_format: LogFormat = field(
        default="auto",
        metadata=_about(one_of(*LOG_FORMATS), "console for people, json for machines; auto: console on a terminal"),
    )
    log_level: str = field(
        default="info",
        metadata=_about(one_of(*LOG_LEVELS), f"least level that is logged: {', '.join(LOG_LEVELS)}"),
    )

    @property
    def engine_limits(self) -> EngineLimits:
        """The bounds that the engine is started with.

        Raises:
            ConfigError: They contradict each other.
        """
        try:
            return EngineLimits(
                queue_messages=self.queue_messages, queue_bytes=self.queue_bytes, batch_tokens=self.batch_tokens
            )
        except ValueError as error:
            raise ConfigError(str(error)) from error


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add one option per field of `ServeConfig`; an option that is not given stays None, for the variable to win."""
    for setting in fields(ServeConfig):
        shown = "" if setting.default is None else f" (default: {setting.default})"
        parser.add_argument(
            _option(setting.name), metavar="X", help=f"{setting.metadata['help']}{shown} [${_variable(setting.name)}]"
        )


def read_config(options: Mapping[str, str | None], environment: Mapping[str, str]) -> ServeConfig:
    """Put a configuration together.

    Args:
        options: What the command line gave, by field name; None or absent where it gave nothing.
        environment: Where EMOTAG_* variables are looked up; an empty one counts as not set.

    Raises:
        ConfigError: A value is not one that its setting can have.
    """
    values: dict[str, Any] = {}
    for setting in fields(ServeConfig):
        parse, variable = setting.metadata["parse"], _variable(setting.name)
        given = options.get(setting.name)
        if given is not None:
            values[setting.name] = _parse(parse, given, _option(setting.name))
        elif environment.get(variable):
            values[setting.name] = _parse(parse, environment[variable], f"${variable}")
    return ServeConfig(**values)


def _parse(parse: Callable[[str], Any], text: str, source: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise ConfigError(f"{source}: {error}, not {text!r}") from error


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _variable(name: str) -> str:
    return f"EMOTAG_{name.upper()}"
