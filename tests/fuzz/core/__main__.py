"""Lets libFuzzer look for texts, rules and networks that the native core trips over, with checks of memory.

    python -m tests.fuzz.core [--target texts] [--runs 1000000] [--seconds 600] [--corpus FOLDER]
    python -m tests.fuzz.core --replay [--sanitize] [--compiler aarch64-linux-gnu-g++] \
        [--emulator "qemu-aarch64 -L /usr/aarch64-linux-gnu"] [--corpus FOLDER]

Needs clang++. What it finds is written into the folder of the corpus, and the exit status is not 0. With `--replay` the
files of a corpus, or the seeds where none is named, are given to the core as another compiler builds it, for another
machine if an emulator runs its programs; the kernels of that machine are compared with each other.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_model.native.build import SANITIZE, SOURCE, BuildError, compile_all, find_compiler
from tests.fuzz.core.seeds import write_seeds, write_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGETS = {"texts": 0.8, "rules": 0.1, "networks": 0.1}
"""What is fuzzed, and its share of the runs; of the time each has the same."""

_HERE = Path(__file__).parent / "source"
_FLAGS = ("-O2", "-g", "-fno-omit-frame-pointer", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
_LIMITS = ("-max_len=4096", "-timeout=300", "-print_final_stats=1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and run as the command line says; 0 when nothing was found."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        corpus = options.corpus or Path(made, "corpus")
        write_seeds(corpus)
        write_tables(Path(made))
        try:
            program = _build(Path(made, "fuzz"), options)
        except BuildError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        targets = [options.target] if options.target else list(TARGETS)
        whole = sum(TARGETS[target] for target in targets)
        for target in targets:
            folder = corpus / target
            runs, seconds = int(options.runs * TARGETS[target] / whole), options.seconds // len(targets)
            given = _files(folder) if options.replay else _limits(folder, runs, seconds)
            environment = {"EMOTAG_FUZZ_TABLES": made, "EMOTAG_FUZZ_TARGET": target}
            command = [*options.emulator.split(), str(program), *given]
            if status := _run(command, environment):
                sys.stderr.write(f"{target}: ended with status {status}, or by that signal if it is negative\n")
                return 1
    return 0


def _build(program: Path, options: argparse.Namespace) -> Path:
    sources = (_HERE / "fuzz.cpp", *((_HERE / "replay.cpp",) if options.replay else ()))
    compiler = options.compiler or (find_compiler() if options.replay else "clang++")
    flags = (SANITIZE if options.sanitize else ("-O1",)) if options.replay else _FLAGS
    return compile_all(program, compiler, (*flags, f"-I{SOURCE}"), extra=sources, shared=False)


def _files(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.iterdir())]


def _limits(folder: Path, runs: int, seconds: int) -> list[str]:
    return [*_LIMITS, f"-runs={runs}", f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", str(folder)]


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    return subprocess.run(command, check=False, env=os.environ | environment).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Fuzz the native core of emotag.")
    parser.add_argument("--target", choices=TARGETS, default="", help="what to fuzz (default: one after the other)")
    parser.add_argument("--runs", type=int, default=1_000_000, help="executions, of all targets (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=0, help="at most, of all targets; 0: no limit")
    parser.add_argument("--corpus", type=Path, default=None, help="folder that is kept between runs")
    parser.add_argument("--replay", action="store_true", help="only what is in the corpus, without libFuzzer")
    parser.add_argument("--sanitize", action="store_true", help="replay with checks of memory and undefined behaviour")
    parser.add_argument("--compiler", default="", help="clang++, or any for a replay")
    parser.add_argument("--emulator", default="", help="command that runs the program")
    return parser


if __name__ == "__main__":
    sys.exit(main())
