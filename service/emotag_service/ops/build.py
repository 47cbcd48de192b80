"""What this process was built from, and what it answers with."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotag_service.engine.engine import Engine

COMMIT_VARIABLE = "EMOTAG_COMMIT"


def build() -> dict[str, str]:
    """Return the version, the commit if anybody knows it, and the Python that runs it.

    The commit is that of `EMOTAG_COMMIT`, which an image is built with, or of an install from a repository (PEP 610).
    """
    version, commit = _installed()
    return {
        "version": version,
        "commit": os.environ.get(COMMIT_VARIABLE, "") or commit,
        "python": platform.python_version(),
    }


def model(engine: Engine | None) -> dict[str, Any]:
    """Return what tags are made by, in JSON's types; empty where that is not known, or not in this process."""
    if engine is None:
        return {}
    identity = engine.model.identity
    return {
        "name": identity.name,
        "version": identity.version,
        "digest": identity.digest,
        "computes": engine.model.computes,
        "taxonomies": {taxonomy.name: list(taxonomy.labels) for taxonomy in engine.model.taxonomies},
    }


def _installed() -> tuple[str, str]:
    try:
        found = distribution("emotag")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "", ""
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    return found.version, str(origin.get("vcs_info", {}).get("commit_id", ""))
