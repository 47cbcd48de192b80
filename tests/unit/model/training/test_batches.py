"""Every message once an epoch, neighbours in length together, the same order for the same seed and epoch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.training.batches import epoch_batches


@given(st.lists(st.integers(1, 60), min_size=1, max_size=300), st.integers(1, 17), st.integers(0, 5))
def test_every_row_comes_once(lengths, size, epoch):
    batches = epoch_batches(lengths, size, seed=1, epoch=epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.integers(1, 500), st.integers(1, 40))
def test_there_are_as_few_batches_as_can_be(count, size):
    assert len(epoch_batches([5] * count, size, seed=0, epoch=1)) == -(-count // size)


def test_neighbours_in_length_are_batched_together():
    lengths = np.random.default_rng(0).integers(1, 60, 3200).tolist()
    spread = [np.ptp(np.array(lengths)[batch]) for batch in epoch_batches(lengths, 32, seed=0, epoch=1)]
    assert np.mean(spread) < 3


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(("seed", "epoch", "equal"), [(1, 1, True), (1, 2, False), (2, 1, False)])
def test_the_order_hangs_on_seed_and_epoch_alone(seed, epoch, equal):
    lengths = np.random.default_rng(0).integers(1, 60, 400).tolist()
    assert same(epoch_batches(lengths, 16, 1, 1), epoch_batches(lengths, 16, seed, epoch)) is equal


def test_short_messages_do_not_always_come_first():
    lengths = list(range(1, 401))
    first = [lengths[epoch_batches(lengths, 16, 1, epoch)[0][0]] for epoch in range(20)]
    assert max(first) > 200 > min(first)
