"""Rates are messages over the process's own seconds, in turn, over the same batches."""

import numpy as np
import pytest

from emotag_model.baselines.speed import _batches, rates
from emotag_model.evaluation.system import System
from emotag_model.labels import default_labels
from emotag_model.text.examples import Example

EXAMPLES = [Example("w " * (1 + row % 37), (0,), f"f:{row}") for row in range(300)]


class Clock:
    """A second passes only when a system works."""

    def __init__(self):
        self.now, self.seen = 0.0, []

    def __call__(self):
        return self.now

    def system(self, name, seconds_per_message):
        def logits(examples):
            self.now += seconds_per_message * len(examples)
            self.seen.append((name, len(examples)))
            return np.zeros((len(examples), 28), np.float32)

        return System(name, default_labels(), logits)


def test_rates_by_the_clock():
    clock = Clock()
    found = rates([clock.system("fast", 0.001), clock.system("slow", 0.1)], EXAMPLES, 1.0, clock=clock)
    assert found == pytest.approx([1000, 10])


def test_systems_take_turns():
    clock = Clock()
    rates([clock.system("a", 0.01), clock.system("b", 0.01)], EXAMPLES, 1.0, rounds=2, clock=clock)
    turns = [name for row, (name, _) in enumerate(clock.seen) if row == 0 or clock.seen[row - 1][0] != name]
    assert turns == ["a", "b"] * 3, "two rounds, and one that does not count"


def test_a_drift_moves_all_alike():
    clock = Clock()
    speed = iter(np.linspace(1, 3, 10_000))

    def system(cost):
        def logits(examples):
            clock.now += cost * next(speed) * len(examples)
            return np.zeros((len(examples), 28), np.float32)

        return System("", default_labels(), logits)

    fast, slow = rates([system(0.001), system(0.002)], EXAMPLES, 1.0, rounds=5, clock=clock)
    assert fast / slow == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("count", [1, 64, 65, 300, 64 * 35])
def test_batches_hold_every_message_once_with_neighbours_in_length(count):
    examples = [Example("w" * (1 + row * 31 % 101), (), str(row)) for row in range(count)]
    batches = _batches(examples)
    assert sorted(each.place for batch in batches for each in batch) == sorted(each.place for each in examples)
    assert max(len(batch) for batch in batches) <= 64
    for batch in batches:
        lengths = [len(each.text) for each in batch]
        assert lengths == sorted(lengths)
