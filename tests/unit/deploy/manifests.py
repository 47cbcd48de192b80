"""The manifests of deploy/kubernetes: what each overlay comes to, put together as far as tests ask."""

from __future__ import annotations

import copy
import os
import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.unit.deploy.files import DEPLOY, ROOT

Manifest = dict[str, Any]

KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = sorted(folder.name for folder in (KUBERNETES / "overlays").iterdir())
FILES = sorted(KUBERNETES.rglob("*.yaml"))
NO_MANIFESTS = {"adapter.yaml"}  # a fragment for another program's settings
_TOOLS = Path(os.environ.get("EMOTAG_SHARED") or ROOT.parent / "shared") / "tools"


def kustomize() -> str | None:
    """Where kustomize is, if anywhere."""
    return shutil.which("kustomize") or shutil.which("kustomize", path=str(_TOOLS))


def documents(path: Path) -> list[Manifest]:
    """Everything that a file holds."""
    return list(YAML(typ="safe").load_all(path))


def kustomization(folder: Path) -> Manifest:
    """The kustomization of a folder."""
    (only,) = documents(folder / "kustomization.yaml")
    return only


def named(folder: Path) -> set[Path]:
    """Every file that the kustomization of a folder and those below it name, themselves included."""
    made = kustomization(folder)
    paths = [folder / name for name in made.get("resources", [])]
    files = {path.resolve() for path in paths if path.suffix} | {folder / "kustomization.yaml"}
    files |= {(folder / patch["path"]).resolve() for patch in made.get("patches", [])}
    return files.union(*[named(path.resolve()) for path in paths if not path.suffix])


def built(folder: Path) -> list[Manifest]:
    """What a folder comes to, but for images, names of generated maps, and labels in selectors."""
    made = kustomization(folder)
    found: list[Manifest] = []
    for path in [folder / name for name in made.get("resources", [])]:
        found += copy.deepcopy(documents(path) if path.suffix else built(path))
    for patch in made.get("patches", []):
        for change in documents(folder / patch["path"]):
            _merge(one(found, change["kind"], change["metadata"]["name"]), change)
    return found


def one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The manifest of this kind and name."""
    (only,) = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return only


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Templates of pods, by the name of their Deployment."""
    return {each["metadata"]["name"]: each["spec"]["template"] for each in manifests if each["kind"] == "Deployment"}


def _merge(into: Any, change: Any) -> None:
    """Merge as a strategic merge patch does: lists of things that have a name by that name, other lists as a whole."""
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
            _merge_named(into.setdefault(key, []), value)
        else:
            into[key] = value


def _merge_named(into: list[Any], changes: list[Any]) -> None:
    known = {each["name"]: each for each in into}
    for change in changes:
        if change["name"] in known:
            _merge(known[change["name"]], change)
        else:
            into.append(change)
