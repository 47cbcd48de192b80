"""`make integrations`: installs each framework in an environment of its own and runs its tests there.

A folder here is one framework: `requirements.txt` says what is installed beside emotag, `test_*.py` what is tried.
What stands in `without_dependencies.txt` is installed though it asks for other versions than emotag does.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.environment import Environments, InstallationError, default_folder

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
# Beside emotag itself, whose folder is named with the extras that adapters in process need, and not pinned: what is
# tried is the framework as people get it today.
COMMON = ("--editable", f"{PROJECT}[local]", "pytest>=8.4", "pytest-asyncio>=1.2", "pytest-timeout>=2.4")


def frameworks() -> list[str]:
    """Return the names of all there are."""
    return sorted(path.parent.name for path in HERE.glob("*/requirements.txt"))


def requirements(name: str) -> list[str]:
    """Return what is installed for a framework, as arguments of pip."""
    lines = (HERE / name / "requirements.txt").read_text().splitlines()
    named = [line.split("#")[0].strip() for line in lines]
    return [*COMMON, *filter(None, named)]


def main() -> int:
    """Try the frameworks that are named, or all, and return the exit code: 1 when one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.frameworks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="FRAMEWORK", help=f"{', '.join(frameworks())} (default: all)")
    parser.add_argument("--environments", type=Path, default=default_folder("emotag-integrations"), metavar="FOLDER")
    args = parser.parse_args()
    unknown = sorted(set(args.names) - set(frameworks()))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(frameworks())}")
    environments = Environments(args.environments)
    failed = [name for name in args.names or frameworks() if not _passes(name, environments)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str, environments: Environments) -> bool:
    print(f"== {name}", flush=True)
    try:
        python = environments.python(name, requirements(name))
    except InstallationError as error:
        print(f"{name} cannot be installed: {error}", file=sys.stderr)
        return False
    alone = HERE / name / "without_dependencies.txt"
    if alone.is_file():
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        if subprocess.run([*pip, "--requirement", str(alone)], check=False).returncode:
            return False
    # The root is the project, so that the tests in a folder named like its framework are not taken for that.
    settings = [
        "-c",
        str(HERE / "pytest.ini"),
        "--rootdir",
        str(PROJECT),
        "--confcutdir",
        str(HERE),
        "-p",
        "no:cacheprovider",
    ]
    command = [str(python), "-m", "pytest", "-q", *settings, str(HERE / name)]
    return subprocess.run(command, check=False, cwd=PROJECT).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
