"""Options that were typed: those that would have no effect are refused, while what a variable says is left alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OF_A_SERVER = ("target", "target_tls", "target_tls_ca", "target_tls_cert", "target_tls_key", "target_token_file")
_UNTYPED = object()


class TypedOptionsParser(argparse.ArgumentParser):
    """Parses as its parent does; `typed` of the result has the names there of all that was typed."""

    def parse_args(  # type: ignore[override]  # its parent's overloads are of namespaces of other classes, too
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse twice: a default takes no place that is taken."""
        parsed = super().parse_args(args, namespace)
        bare = super().parse_args(args, argparse.Namespace(**dict.fromkeys(vars(parsed), _UNTYPED)))
        parsed.typed = frozenset(name for name, value in vars(bare).items() if value is not _UNTYPED)
        return parsed


def refuse_typed(args: argparse.Namespace, names: Iterable[str], problem: str, prefix: str = "") -> None:
    """Refuse the first of these options that was typed; `prefix` of its name is none of the option's.

    Raises:
        InvalidArgumentError: One was; says the problem, in which {} is the option.
    """
    name = next((name for name in names if name in args.typed), None)
    if name is not None:
        option = f"--{name.removeprefix(prefix).replace('_', '-')}"
        raise InvalidArgumentError(f"{option}: {problem.format(option)}", field=name)


def refuse_without_target(args: argparse.Namespace) -> None:
    """Refuse what only a server has a use for, where `add_tagging` was given none.

    Raises:
        InvalidArgumentError: Such an option was typed.
    """
    if args.target is None:
        refuse_typed(args, OF_A_SERVER, "is of a server, which there is none of; give --target, or no {}")
