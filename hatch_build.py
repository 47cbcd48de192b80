"""Builds the native core with the wheel. Where there is no C++ compiler the install goes on, to serve by torch."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_MODEL = Path(__file__).parent / "model"
_REQUIRED = "EMOTAG_REQUIRE_NATIVE"  # set where wheels are made: one without the core would be slow, and nobody told


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles `emotag_model/native/source` in place and ships what came of it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build the library and the tables of characters of this Python."""
        sys.path.insert(0, str(_MODEL))
        from emotag_model.native.build import BuildError, build, write_characters  # noqa: PLC0415

        try:
            made = [build(), write_characters()]
        except BuildError as error:
            if os.environ.get(_REQUIRED):
                raise
            self.app.display_warning(f"emotag is installed without its native core and will serve by torch: {error}")
            return
        finally:
            sys.path.remove(str(_MODEL))
        build_data["artifacts"] += [str(path.relative_to(_MODEL.parent)) for path in made]
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def _platform() -> str:
    """Return the platform of this machine as wheels write it: the library is the same for every Python."""
    from packaging.tags import sys_tags  # noqa: PLC0415 - hatchling brings it

    return next(sys_tags()).platform
