"""What is loaded is left alone by the collector; cycles made afterwards still go."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from emotag_service.garbage import settle


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The collector as it was before."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


class Node:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_frozen_and_the_young_are_looked_at_less_often() -> None:
    loaded = [[number] for number in range(1_000)]
    settle()
    assert gc.get_freeze_count() > len(loaded)
    assert gc.get_threshold()[0] == 100_000
    assert gc.isenabled()


def test_cycles_are_collected_all_the_same() -> None:
    settle()
    gone = weakref.ref(Node())
    kept = [[number] for number in range(150_000)]
    gc.collect(0)
    assert len(kept) == 150_000
    assert gone() is None
