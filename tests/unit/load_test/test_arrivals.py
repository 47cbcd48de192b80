"""Arrivals are a Poisson process: as many as asked for, and as irregular."""

from itertools import pairwise
from random import Random
from statistics import mean, pstdev

import pytest

from emotag_service.load_test.ladder import arrivals


def test_they_are_as_many_and_as_irregular_as_a_poisson_process_has_them():
    moments = list(arrivals(1_000, 20, Random(1)))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert len(moments) == pytest.approx(20_000, rel=0.03)
    assert 0 < moments[0] <= moments[-1] < 20
    assert pstdev(gaps) == pytest.approx(mean(gaps), rel=0.05)  # exponential: not a clock's ticks


def test_they_are_in_order():
    moments = list(arrivals(50, 2, Random(2)))
    assert moments == sorted(moments)
