from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.cluster.producers import place, reachable
from emotag_service.kafka.records.record import Outgoing


def outgoing(partition=None, key=None):
    return Outgoing("out", partition, 0, key, b"v")


def test_the_partition_is_kept_where_there_are_as_many():
    assert place(outgoing(3), 3, 6) == 3
    assert place(outgoing(3), 3, 4) == 3
    assert place(outgoing(), 2, 4) == 2


@pytest.mark.parametrize(("key", "partition"), [(b"21", 1), (b"foobar", 2), (b"abc", 5)])
def test_with_fewer_partitions_a_key_goes_where_every_client_puts_it(key, partition):
    # The hashes of the reference implementation: 21 → -973932308, foobar → -790332482, abc → 479470107.
    hashes = {b"21": -973932308, b"foobar": -790332482, b"abc": 479470107}
    assert place(outgoing(9, key), 9, 7) == (hashes[key] & 0x7FFFFFFF) % 7
    assert 0 <= partition < 7


def test_without_a_key_only_the_source_decides():
    assert [place(outgoing(number), number, 4) for number in range(4, 9)] == [0, 1, 2, 3, 0]


@given(st.one_of(st.none(), st.binary()), st.integers(0, 1_000), st.integers(1, 50))
def test_it_is_always_one_that_exists_and_always_the_same(key, source, partitions):
    chosen = place(outgoing(source, key), source, partitions)
    assert 0 <= chosen < partitions
    assert chosen == place(outgoing(source, key), source, partitions)
    assert chosen in reachable(source, partitions)


def test_only_its_own_partition_can_be_reached_where_there_are_as_many():
    assert list(reachable(3, 6)) == [3]
    assert list(reachable(6, 6)) == [0, 1, 2, 3, 4, 5]
