"""The package of Node.js keeps step with the SDK of Python. What it does is tested by tests/e2e/test_node.py."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from emotag import errors
from emotag.errors import EmotionError

ROOT = Path(__file__).parents[3]
NODE = ROOT / "clients" / "node"


def test_it_has_the_version_of_the_distribution() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    package, lock = (json.loads((NODE / name).read_text()) for name in ("package.json", "package-lock.json"))
    assert (package["version"], lock["version"], lock["packages"][""]["version"]) == (version, version, version)


def test_it_has_the_errors_of_python() -> None:
    """The same tree, and what each class says itself of code and transience."""
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, EmotionError)]
    assert theirs() == {
        one.__name__: (one.__bases__[0].__name__, vars(one).get("code"), vars(one).get("transient")) for one in classes
    }


def theirs() -> dict[str, tuple[str, str | None, bool | None]]:
    _, *classes = (NODE / "src" / "errors.js").read_text(encoding="utf-8").split("export class ")
    found = {}
    for source in classes:
        name, base = re.findall(r"(\w+) extends (\w+)", source)[0]
        code = re.search(r'static code = "(\w+)"', source)
        transient = re.search(r"static transient = (\w+)", source)
        base = base if base != "Error" else Exception.__name__
        found[name] = (base, code and code[1], transient and transient[1] == "true")
    return found
