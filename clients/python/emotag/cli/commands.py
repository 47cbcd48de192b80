"""The table of commands. Their modules are plug-ins, imported by name only when they are called."""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from typing import Any, Protocol, cast


class CommandModule(Protocol):
    """What a command's module offers; `Parser`, too, where arguments are parsed by another class than argparse's."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the command and its arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        name: What is typed after `emotag`.
        module: The module that does it.
        summary: One line for `emotag --help`.
        extra: What has to be installed beside the SDK; empty when nothing has.
    """

    name: str
    module: str
    summary: str
    extra: str = ""

    def load(self) -> CommandModule:
        """Import the module.

        Raises:
            ModuleNotFoundError: The extra is not installed.
        """
        return cast("CommandModule", importlib.import_module(self.module))

    def parser(self, **options: Any) -> argparse.ArgumentParser:
        """Make the parser of its arguments, with what else `argparse.ArgumentParser` takes.

        Raises:
            ModuleNotFoundError: The extra is not installed.
        """
        module = self.load()
        kind: type[argparse.ArgumentParser] = getattr(module, "Parser", argparse.ArgumentParser)
        made = kind(prog=f"emotag {self.name}", formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        module.add_arguments(made)
        return made


COMMANDS = {
    command.name: command
    for command in (
        Command("classify", "emotag.cli.classify", "tag texts given as arguments, or lines of standard input"),
        Command("stream", "emotag.cli.stream", "tag a file of messages, one JSON object a line"),
        Command("tag-files", "emotag.cli.tag_files", "tag files of JSON lines or Parquet on all cores", "bulk"),
        Command("info", "emotag.cli.info", "say which model a server has, and in which taxonomies"),
        Command("admin", "emotag.cli.admin", "change a running server: its checkpoint, its log level, its end"),
        Command("mcp", "emotag.cli.mcp", "serve tools for language models over MCP", "mcp"),
        Command("a2a", "emotag.cli.a2a", "serve an agent for other agents over A2A", "a2a"),
        Command("demo", "emotag.cli.demo", "play a conversation between agents through a server", "server"),
        Command("broker", "emotag_service.cli.broker", "start a small Kafka for development", "demo"),
        Command("serve", "emotag_service.cli.serve", "start the service", "server"),
        Command("token", "emotag_service.cli.token", "make a token for a caller of the service", "server"),
        Command("bench", "emotag_service.cli.bench", "measure the model on a device, and check its scores", "server"),
        Command("tag-topic", "emotag_service.cli.tag_topic", "tag what flows through Kafka topics", "server"),
        Command(
            "dead-letters",
            "emotag_service.cli.dead_letters",
            "list records that could not be tagged, or bring them back",
            "server",
        ),
        Command("data", "emotag_model.cli.data", "list the data sets there are, and check those at hand", "train"),
        Command("train", "emotag_model.cli.train", "train a checkpoint", "train"),
        Command("evaluate", "emotag_model.cli.evaluate", "measure a checkpoint on labelled texts", "train"),
        Command("baselines", "emotag_model.cli.baselines", "put a checkpoint beside other models of its task", "train"),
        Command(
            "behaviour",
            "emotag_model.cli.behaviour",
            "test what a checkpoint does with negation, emoji, names …",
            "train",
        ),
    )
}
