"""Blocking streams that nobody closes: the collector of cycles does, in whatever thread it runs."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest

from emotag import EmotionClient
from emotag.open_channels import OpenChannels
from emotag.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.sdk.scripted import ScriptedServer

LONG = 60.0  # a wait that does not end by itself


class Talk:
    """A stream that only the collector of cycles ends."""

    def __init__(self, client: EmotionClient, said: Iterator[str]) -> None:
        self.tags = client.stream(said)
        self.itself = self


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Cycles are collected where the test does it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def collecting(monkeypatch: pytest.MonkeyPatch, kind: type, method: str, now: threading.Event) -> None:
    """Have a method begin with a collection, from `now` on."""
    original = getattr(kind, method)

    def collects(*arguments: Any, **named: Any) -> Any:
        if now.is_set():
            gc.collect()
        return original(*arguments, **named)

    monkeypatch.setattr(kind, method, collects)


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("emotag-")}


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    ("kind", "method"),
    [(Session, "next_frame"), (Session, "receive"), (OpenChannels, "end")],
    ids=["by its sender, which holds its lock", "by its reader of replies, which does", "by that without the lock"],
)
def test_one_that_is_found_in_a_thread_of_its_own_ends(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, kind: type, method: str
) -> None:
    before, dropped = threads(), threading.Event()

    def said() -> Iterator[str]:
        yield "thank you"
        assert dropped.wait(LONG)
        yield from ["thank you"] * 3

    collecting(monkeypatch, kind, method, dropped)
    with EmotionClient(server.target) as client:
        talk = Talk(client, said())
        assert next(talk.tags).label == "joy"
        own = threads() - before
        assert len(own) == 2
        del talk
        dropped.set()
        for thread in own:
            thread.join(LONG)
        assert not threads() & own
        assert server.ended.wait(LONG)


@pytest.mark.usefixtures("uncollected")
def test_one_that_is_found_while_its_lock_is_held_elsewhere_ends(server: ScriptedServer) -> None:
    over = threading.Event()

    def said() -> Iterator[str]:
        yield "thank you"
        over.wait(LONG)

    with EmotionClient(server.target) as client:
        talk = Talk(client, said())
        assert next(talk.tags).label == "joy"
        lock = talk.tags.gi_frame.f_locals["self"]._lock
        del talk
        with lock:
            collector = threading.Thread(target=gc.collect)
            collector.start()
            collector.join(LONG)
            assert not collector.is_alive()
        over.set()
        assert server.ended.wait(LONG)
