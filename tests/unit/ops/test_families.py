from __future__ import annotations

from emotag_service.engine.histogram import Histogram
from emotag_service.ops.families import counter, gauge, histogram
from tests.unit.ops.helpers import collected, value


class Fixed:
    def __init__(self, *families):
        self._families = families

    def collect(self):
        return self._families


def test_a_number_a_mapping_and_pairs():
    found = collected(
        Fixed(
            counter("plain", "p", 2),
            gauge("by_one", "o", {"a": 1.0, "b": 2.0}, "letter"),
            counter("by_two", "t", [(("a", "x"), 3)], "letter", "sign"),
        )
    )
    assert value(found, "plain_total") == 2
    assert value(found, "by_one", letter="b") == 2
    assert value(found, "by_two_total", letter="a", sign="x") == 3


def test_buckets_are_cumulative_and_counted():
    one = Histogram((0.5, 2.0))
    for each in (0.1, 1.0, 1.0, 3.0):
        one.add(each)
    found = collected(Fixed(histogram("h", "h", one), histogram("by", "b", {"m": one}, "method")))
    assert [value(found, "h_bucket", le=bound) for bound in ("0.5", "2.0", "+Inf")] == [1, 3, 4]
    assert (value(found, "h_count"), value(found, "h_sum")) == (4, 5.1)
    assert value(found, "by_bucket", le="2.0", method="m") == 3
