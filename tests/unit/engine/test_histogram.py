from __future__ import annotations

from emotag_service.engine.histogram import BYTES, MESSAGES, SECONDS, Histogram


def test_a_bound_is_part_of_its_bucket_and_what_is_above_all_has_one_too():
    histogram = Histogram((1.0, 2.0))
    for value in (0.0, 1.0, 1.5, 2.0, 2.1):
        histogram.add(value)
    assert histogram.counts == [2, 2, 1]
    assert histogram.total == 6.6


def test_a_value_may_count_many_times():
    histogram = Histogram((1.0, 2.0))
    histogram.add(1.5, 4)
    assert (histogram.counts, histogram.total) == ([0, 4, 0], 6.0)


def test_a_copy_does_not_move_on():
    histogram = Histogram((1.0,))
    copied = histogram.copy()
    histogram.add(0.5)
    assert (copied.bounds, copied.counts, copied.total) == ((1.0,), [0, 0], 0.0)


def test_the_bounds_ascend():
    for bounds in (SECONDS, MESSAGES, BYTES):
        assert list(bounds) == sorted(set(bounds))
