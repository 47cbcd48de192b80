"""Compiles the shared library from `source/`, with whatever C++17 compiler is at hand; needs nothing but Python.

    python -m emotag_model.native.build [--out FILE] [--compiler g++] [--sanitize]

A plain library with a C interface, loaded by ctypes: one file serves every version of Python. Each instruction set is a
unit of its own and chosen when the library is loaded, so that a machine never runs what it does not have and the file
may be copied to another one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emotag_model.native.characters import BUILT, character_tables

SOURCE = Path(__file__).with_name("source")
LIBRARY = Path(__file__).with_name("emotag_native.so")
_FLAGS = (
    *("-std=c++17", "-O3", "-fPIC", "-fvisibility=hidden", "-fno-math-errno"),
    "-ffp-contract=off",  # sums are rounded as they are written, in every unit
)
_AVX2 = ("-mavx2", "-mfma", "-mf16c")
_AVX512 = ("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl")
_KERNELS: dict[str, dict[str, tuple[str, ...]]] = {
    "x86_64": {
        "avx2": ("-DEMOTAG_AVX2", *_AVX2),
        "avx512": ("-DEMOTAG_AVX512", *_AVX2, *_AVX512),
        "vnni": ("-DEMOTAG_VNNI", *_AVX2, *_AVX512, "-mavx512vnni"),
        "amx": ("-DEMOTAG_AMX", *_AVX2, *_AVX512, "-mamx-tile", "-mamx-int8"),
    },
    "aarch64": {"neon": ("-DEMOTAG_NEON",)},
    "arm64": {"neon": ("-DEMOTAG_NEON",)},
}
_NEWER = ("amx", "vnni")  # GCC before 11 does not know the tiles of the one
SANITIZE = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_GNU_LINK = ("-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL")  # nothing to install beside it


class BuildError(Exception):
    """The library cannot be built here; the text says what is missing or what the compiler said."""


def find_compiler() -> str:
    """Return the compiler that `CXX` names, or the first of the usual ones. Raises BuildError when there is none."""
    for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++"):
        if name and shutil.which(name.split()[0]):
            return name
    raise BuildError("no C++ compiler is there (g++ or clang++, or name one in CXX)")


def build(out: Path = LIBRARY, *, compiler: str = "", flags: tuple[str, ...] = ()) -> Path:
    """Compile and link the library into `out`, which is replaced as a whole. Raises BuildError."""
    return compile_all(out, compiler or find_compiler(), flags)


def compile_all(
    out: Path, compiler: str, flags: tuple[str, ...], *, extra: tuple[Path, ...] = (), shared: bool = True
) -> Path:
    """Compile all units, and `extra` ones, and link them into a library or, if not `shared`, a program."""
    command = compiler.split()
    machine = _run([*command, "-dumpmachine"]).split("-", 1)[0].strip()
    units = [*_units(command, machine), *((path, ()) for path in extra)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        objects = [str(Path(folder, f"{number}.o")) for number in range(len(units))]
        commands = [
            [*command, *_FLAGS, *special, *flags, "-c", str(source), "-o", made]
            for (source, special), made in zip(units, objects, strict=True)
        ]
        list(threads.map(_run, commands))
        linked = out.with_name(f".{out.name}.{os.getpid()}")
        standalone = () if flags or sys.platform == "darwin" else _GNU_LINK
        try:
            _run([*command, *(("-shared",) if shared else ()), *flags, *standalone, *objects, "-o", str(linked)])
            linked.replace(out)
        finally:
            linked.unlink(missing_ok=True)
    return out


def write_characters(out: Path = BUILT) -> Path:
    """Write the tables of characters of this Python, so that its first start need not make them."""
    out.write_bytes(character_tables().tobytes())
    return out


def _units(command: list[str], machine: str) -> list[tuple[Path, tuple[str, ...]]]:
    kernel = SOURCE / "kernel.cpp"
    kernels = dict(_KERNELS.get(machine, {}))
    for name in _NEWER:
        if name in kernels and not _accepts(command, kernels[name]):
            del kernels[name]  # without the fastest kernels it is as good a library
    plain = tuple(f"-DEMOTAG_{name.upper()}_BUILT" for name in _NEWER if name in kernels)
    units = [(path, plain) for path in sorted(SOURCE.rglob("*.cpp"))]
    return [*units, *((kernel, flags) for flags in kernels.values())]


def _accepts(command: list[str], flags: tuple[str, ...]) -> bool:
    """Whether this is Linux, which alone is asked for tiles, and the compiler knows these instructions."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        _run([*command, *flags, "-x", "c++", "-fsyntax-only", os.devnull])
    except BuildError:
        return False
    return True


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - a compiler
    except OSError as error:
        raise BuildError(f"{command[0]}: cannot be run ({error})") from error
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{' '.join(command)}:\n{error.stderr}") from error
    return done.stdout


def main() -> int:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(description="Compile the native core of emotag.")
    parser.add_argument("--out", type=Path, default=LIBRARY, help="the library to write (default: %(default)s)")
    parser.add_argument("--compiler", default="", help="command of the compiler (default: CXX, or the usual ones)")
    parser.add_argument("--sanitize", action="store_true", help="with checks of memory and undefined behaviour")
    options = parser.parse_args()
    try:
        build(options.out, compiler=options.compiler, flags=SANITIZE if options.sanitize else ())
        write_characters()
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
