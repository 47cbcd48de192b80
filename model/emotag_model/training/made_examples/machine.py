"""What machines write: data, code, logs and tool calls. All of it is neutral."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_KEYS = ("count", "path", "owner", "region", "score", "offset", "user", "token", "level", "size")


def data(random: Random) -> tuple[str, str]:
    """Write a JSON object."""
    keys = random.sample(_KEYS, random.randint(1, 4))
    pairs = ", ".join(f'"{key}": {random.choice((str(random.randint(0, 9999)), "null", "true"))}' for key in keys)
    return f"{{{pairs}}}", "neutral"


def code(random: Random) -> tuple[str, str]:
    """Write a line of code, of a log or of a shell."""
    name, key, number = random.choice(_KEYS), random.choice(_KEYS), random.randint(0, 500)
    line = random.choice(
        (
            "if {name} > {n}:\n    return {key}[{n}]",
            "{name} = load('{key}_{n}.csv')",
            "let {name} = {key}.map(x => x + {n});",
            "UPDATE {key} SET {name} = {n} WHERE id = {n};",
            "$ ls -la {name}/{key}\ntotal {n}",
            "[{n}] DEBUG {name}: {key} took {n} ms",
            "curl -s localhost:{n}/{name}/{key} | jq .",
            "Calling tool {name} with {key}={n}",
        )
    )
    return line.format(name=name, key=key, n=number), "neutral"
