"""How this program is called from here, for what it teaches people to type."""

from __future__ import annotations

import shlex
import shutil
import sys


def own_command() -> str:
    """`emotag`, or what stands for it: a virtual environment need not be on the PATH."""
    if shutil.which("emotag"):
        return "emotag"
    if sys.argv[0].endswith("__main__.py"):
        return f"{shlex.quote(sys.executable)} -m emotag"
    return shlex.quote(sys.argv[0])
