"""Observers for the tests of adapters: one that sees all, and those that something is wrong with."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emotag.integrations import HANDOFF, INPUT, OUTPUT, TOOL, EmotionObserver, TaggedMessage
from emotag.local import EmotionTagger

SECONDS = 60.0
_RANDOM = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@dataclass
class Watch:
    """An observer in process, and all that it told."""

    observer: EmotionObserver
    _events: list[TaggedMessage]

    @property
    def events(self) -> list[TaggedMessage]:
        """What was told, once everything is; each with the tag that the model gives."""
        assert self.observer.drain(SECONDS)
        assert self.observer.failures == {}
        texts = [event.text or "" for event in self._events]
        expected = [(tag.label, tag.score) for tag in EmotionTagger().tag(texts)]
        assert [(event.tag.label, event.tag.score) for event in self._events] == expected
        return self._events

    def said(self) -> list[tuple[str, str, str, str | None]]:
        """Kind, agent, sender and text of each, in their order."""
        return [(event.kind, event.agent, event.sender, event.text) for event in self.events]

    def heard(self, kind: str) -> list[str | None]:
        """The texts of one kind, in their order."""
        return [event.text for event in self.events if event.kind == kind]


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch messages of all kinds."""
    events: list[TaggedMessage] = []
    with EmotionObserver(events.append, kinds=(INPUT, OUTPUT, HANDOFF, TOOL), keep_text=True) as observer:
        yield Watch(observer, events)


@contextmanager
def hanging() -> Iterator[EmotionObserver]:
    """What tags does not come back until the end."""
    end = threading.Event()

    def hang(messages, /, *, taxonomy, scores):
        end.wait(SECONDS)
        return []

    with EmotionObserver(tagging=hang, wait=True, deadline=0.01) as observer:
        yield observer
        end.set()


@contextmanager
def raising() -> Iterator[EmotionObserver]:
    """What tags raises."""

    def fail(messages, /, *, taxonomy, scores):
        raise RuntimeError("no tag today")

    with EmotionObserver(tagging=fail, wait=True, deadline=SECONDS) as observer:
        yield observer


@contextmanager
def deserted() -> Iterator[EmotionObserver]:
    """Nobody listens where the server should be."""
    with socket.socket() as taken:  # bound, not listening: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        with EmotionObserver(target=f"127.0.0.1:{taken.getsockname()[1]}", wait=True, deadline=0.05) as observer:
            yield observer


@contextmanager
def misled() -> Iterator[EmotionObserver]:
    """The function that is given the tags raises."""

    def fail(tagged: TaggedMessage) -> None:
        raise ValueError("no such column")

    with EmotionObserver(fail, wait=True, deadline=SECONDS) as observer:
        yield observer


WRONG = {
    "a tagger that hangs": hanging,
    "a tagger that raises": raising,
    "a server that is not there": deserted,
    "a function that raises": misled,
}


@dataclass
class Broken:
    """An observer by which no message gets a tag."""

    observer: EmotionObserver

    def failed(self) -> int:
        """How many messages were counted, once all are."""
        assert self.observer.tagged == 0
        return self.observer.failures.total()


def example(name: str) -> list[tuple[str, str, str]]:
    """Kind, sender and label of every message that an example prints."""
    command = [sys.executable, str(EXAMPLES / f"{name}_example.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith((INPUT, OUTPUT, HANDOFF))]
    return [(kind, sender, label) for kind, sender, label, *_ in lines]


def settled(document: object) -> str:
    """All that a framework's messages hold, as JSON; ids that are random are numbered as they come."""
    numbers: dict[str, int] = {}
    return _RANDOM.sub(lambda found: f"#{numbers.setdefault(found[0], len(numbers))}", json.dumps(document))
