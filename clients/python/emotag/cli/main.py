"""`emotag`: finds the command, runs it, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from emotag.cli.commands import COMMANDS, Command
from emotag.cli.standard_streams import open_standard_streams
from emotag.errors import EmotionError, InvalidArgumentError, UnauthenticatedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
OWN_PACKAGES = ("emotag", "emotag_model", "emotag_service")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `emotag` with these arguments, by default the process's own; return the exit code."""
    open_standard_streams()
    ours, rest = split(sys.argv[1:] if argv is None else argv)
    arguments = parser().parse_args(ours)
    if arguments.command is None:
        parser().print_help()
        return 0
    return dispatch(COMMANDS[arguments.command], rest)


def split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What ends with the command's name, and what is the command's own: argparse would take a `--` out of that."""
    names = (place for place, argument in enumerate(arguments, 1) if not argument.startswith("-"))
    end = next(names, len(arguments))  # none of our options has a value, which would look like a name
    return arguments[:end], arguments[end:]


def parser() -> argparse.ArgumentParser:
    """The parser of everything up to the command's name."""
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {one.name:<{width}}  {one.summary}" for one in COMMANDS.values())
    made = argparse.ArgumentParser(
        prog="emotag",
        usage="emotag [--help] [--version] COMMAND ...",
        description="Tags what agents say to each other with emotions.",
        epilog=f"commands:\n{lines}\n\nemotag COMMAND --help explains a command.\n\nexample:\n"
        '  emotag classify "I can\'t believe you did this for me, thank you!"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"emotag {version('emotag')}")
    made.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return made


def dispatch(command: Command, arguments: Sequence[str]) -> int:
    """Run one command; every failure that is not a defect of ours ends as one line on standard error."""
    try:
        return _run(command, arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit
        return BROKEN_PIPE
    except (ModuleNotFoundError, EmotionError, OSError) as error:
        problem, code = diagnosis(command, error)
        print(f"emotag {command.name}: error: {problem}", file=sys.stderr)
        return code


def diagnosis(command: Command, error: ModuleNotFoundError | EmotionError | OSError) -> tuple[str, int]:
    """What to print of a failure, and the exit code.

    Raises:
        ModuleNotFoundError: `error` itself, when no extra brings the module: a defect of ours.
    """
    if isinstance(error, ModuleNotFoundError):
        if not command.extra or error.name is None or error.name.partition(".")[0] in OWN_PACKAGES:
            raise error
        return f"needs {error.name}; install it with: pip install 'emotag[{command.extra}]'", BAD_INPUT
    if isinstance(error, InvalidArgumentError):
        return str(error), BAD_INPUT
    if isinstance(error, EmotionError):
        return f"{error.code}: {error}{_hint(error)}", FAILED
    name = f"{error.filename}: " if error.filename is not None else ""
    return f"{name}{error.strerror or error}", FAILED


def _run(command: Command, arguments: Sequence[str]) -> int:
    module = command.load()
    made = command.parser()
    code = module.run(made.parse_args(arguments))
    sys.stdout.flush()
    return code


def _hint(error: EmotionError) -> str:
    if isinstance(error, UnauthenticatedError):
        return "\nGive a token with --token-file; who runs the server makes one with: emotag token new"
    unreachable = isinstance(error, UnavailableError)
    if not unreachable:
        return ""
    return (
        "\nIs a server running there? Start one with: emotag serve; name another with --target; "
        "or do without one: emotag classify --local TEXT"
    )


if __name__ == "__main__":
    sys.exit(main())
