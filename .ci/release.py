"""Build what is released, install it into empty environments, and try it there: `make release`.

Leaves in the folder of --out: wheel, sdist, a CycloneDX bill of materials of what `emotag[server]` installs, the
licences of that, and SHA256SUMS. Publishes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SAID = "Thank you so much, you made my day!"
# Of what is installed with `emotag[server]`: nothing that asks more of who passes it on than a notice.
LICENCES = "MIT;Apache;BSD;PSF;Python Software Foundation;MPL-2.0;Mozilla;ISC;Unlicense;0BSD"
# Per extra, a command that shows that it works, and what it prints then.
TRIALS = {
    "": (["emotag", "--version"], "emotag {version}"),
    "local": (["emotag", "classify", "--local", SAID], "joy"),
    "server": (["emotag", "serve", "--check-config"], "These settings are right"),
    "demo": (["emotag", "demo"], "the tagger and the broker have stopped"),
}


class ReleaseError(Exception):
    """It cannot be released; the text says what to do."""


def check_changelog(version: str, changelog: str, *, draft: bool) -> None:
    """Look whether the changelog tells of this version: its newest section that has a number.

    Raises:
        ReleaseError: It does not.
    """
    sections = re.findall(r"^## \[(.+?)\](.*)$", changelog, re.MULTILINE)
    if not sections:
        raise ReleaseError("CHANGELOG.md has no sections: begin one with ## [Unreleased]")
    newest, date = sections[0]
    if newest == "Unreleased" and draft:
        return
    if newest != version:
        raise ReleaseError(
            f"the newest section of CHANGELOG.md is [{newest}], the version in pyproject.toml {version}: give them one "
            "number, or build a draft with --draft"
        )
    if not re.fullmatch(r" - \d{4}-\d\d-\d\d", date):
        raise ReleaseError(f"CHANGELOG.md must say when {version} is released: ## [{version}] - YYYY-MM-DD")


def build(out: Path) -> tuple[Path, Path]:
    """Build sdist and, from it, the wheel with its native core."""
    run(BIN / "python", "-m", "build", "--outdir", out, ROOT, EMOTAG_REQUIRE_NATIVE="1")
    wheel, sdist = next(out.glob("*.whl")), next(out.glob("*.tar.gz"))
    run(BIN / "twine", "check", "--strict", wheel, sdist)
    return wheel, sdist


def environment(folder: Path, what: Path, extra: str) -> Path:
    """Make an empty environment, install into it, and return its programs."""
    run(sys.executable, "-m", "venv", folder)
    target = f"{what}[{extra}]" if extra else str(what)
    run(folder / "bin" / "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", target)
    return folder / "bin"


def attempt(programs: Path, extra: str, version: str) -> None:
    """Run what shows that an extra works.

    Raises:
        ReleaseError: It does not.
    """
    (program, *arguments), expected = TRIALS[extra]
    said = run(programs / program, *arguments)
    if expected.format(version=version) not in said:
        raise ReleaseError(f"emotag[{extra}]: {program} {' '.join(arguments)} did not say {expected!r}:\n{said}")


def list_parts(programs: Path, out: Path, version: str) -> None:
    """Write the bill of materials and the licences of an environment.

    Raises:
        ReleaseError: A licence is not among those that are allowed.
    """
    bill = out / f"emotag-{version}.cdx.json"
    run(BIN / "cyclonedx-py", "environment", "--output-format", "JSON", "--output-file", bill, programs / "python")
    names = {part["name"].lower() for part in json.loads(bill.read_text(encoding="utf-8"))["components"]}
    if not {"emotag", "grpcio", "numpy"} <= names:
        raise ReleaseError(f"{bill.name} lacks what is installed")
    asked = (f"--python={programs / 'python'}", f"--allow-only={LICENCES}", "--partial-match")
    licences = run(BIN / "pip-licenses", *asked, "--format=markdown", "--with-urls", "--order=name")
    (out / "LICENCES.md").write_text(licences, encoding="utf-8")


def sign(out: Path) -> None:
    """Write SHA256SUMS over everything in the folder."""
    files = sorted(path for path in out.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def run(*command: str | Path, **variables: str) -> str:
    """Run a program and return what it printed.

    Raises:
        ReleaseError: It failed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=False, timeout=900,
        env={**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **variables},
    )  # fmt: skip
    if done.returncode:
        raise ReleaseError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def say(text: str) -> None:
    """Tell people how far it is."""
    print(text, file=sys.stderr, flush=True)


def add_wheels(out: Path, wheels: Path) -> None:
    """Put wheels of other platforms beside what was built here, which stays where both have one of its name.

    Raises:
        ReleaseError: There are none, or one cannot be published.
    """
    found = sorted(wheels.glob("*.whl"))
    if not found:
        raise ReleaseError(f"--wheels {wheels}: has no wheels")
    run(BIN / "twine", "check", "--strict", *found)
    for wheel in found:
        if not (out / wheel.name).exists():
            shutil.copy(wheel, out)


def release(out: Path, *, draft: bool, wheels: Path | None = None) -> None:
    """Do all of it.

    Raises:
        ReleaseError: Something is not as it has to be.
    """
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    check_changelog(version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), draft=draft)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    say(f"building emotag {version}")
    wheel, sdist = build(out)
    with tempfile.TemporaryDirectory() as scratch:
        for extra in TRIALS:
            say(f"trying {wheel.name}[{extra}] in an empty environment")
            programs = environment(Path(scratch) / (extra or "base"), wheel, extra)
            attempt(programs, extra, version)
            if extra == "server":
                list_parts(programs, out, version)
        say(f"trying {sdist.name}[local] in an empty environment")
        attempt(environment(Path(scratch) / "sdist", sdist, "local"), "local", version)
    if wheels is not None:
        add_wheels(out, wheels)
    sign(out)
    say("\n".join([f"{out} holds:", *(f"  {path.name}" for path in sorted(out.iterdir()))]))


def main() -> int:
    """Run as `python .ci/release.py [--draft] [--out DIR]`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", metavar="DIR", help="where it goes; emptied first (default: dist)"
    )
    parser.add_argument("--draft", action="store_true", help="the changelog may still say Unreleased (default: no)")
    parser.add_argument(
        "--wheels",
        type=Path,
        metavar="DIR",
        help="wheels of other platforms, built and tried there by cibuildwheel, to go with it (default: none)",
    )
    args = parser.parse_args()
    try:
        release(args.out.resolve(), draft=args.draft, wheels=args.wheels)
    except ReleaseError as error:
        say(f"release: error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
