from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError

from emotag_service.ops import view as module
from emotag_service.ops.view import build, model
from emotag_service.testing import in_memory_engine


class Installed:
    version = "1.2.3"

    def __init__(self, origin: object) -> None:
        self._origin = origin

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self._origin is None else json.dumps(self._origin)


def install(monkeypatch, origin):
    monkeypatch.delenv("EMOTAG_COMMIT", raising=False)
    monkeypatch.setattr(module, "distribution", lambda name: Installed(origin))


def test_the_commit_is_that_of_an_install_from_a_repository(monkeypatch):
    install(monkeypatch, {"url": "https://example.com/emotag", "vcs_info": {"vcs": "git", "commit_id": "abc"}})
    assert build()["commit"] == "abc"
    assert build()["version"] == "1.2.3"


def test_an_image_says_its_commit(monkeypatch):
    install(monkeypatch, None)
    assert build()["commit"] == ""
    monkeypatch.setenv("EMOTAG_COMMIT", "def")
    assert build()["commit"] == "def"


def test_a_checkout_that_was_never_installed_has_no_version(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    install(monkeypatch, None)
    monkeypatch.setattr(module, "distribution", missing)
    assert (build()["version"], build()["commit"]) == ("", "")


def test_the_model_is_named_with_its_labels():
    shown = model(in_memory_engine())
    assert (shown["name"], shown["version"]) == ("in-memory", "0")
    assert "joy" in shown["taxonomies"]["fine"]
    assert model(None) == {}
