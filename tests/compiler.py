"""A compiler for tests that ask whether the native core is built into something, and not how fast it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.native.build import BuildError, find_compiler

if TYPE_CHECKING:
    from pathlib import Path


def quick_compiler(folder: Path) -> str:
    """Write into `folder` a compiler that does not optimize, and return it for CXX; nothing where there is none."""
    try:
        compiler = find_compiler()
    except BuildError:
        return ""
    quick = folder / "quick-c++"
    quick.write_text(f'#!/bin/sh\nexec {compiler} "$@" -O0\n')
    quick.chmod(0o755)
    return str(quick)
