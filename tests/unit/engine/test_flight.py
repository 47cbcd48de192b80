from __future__ import annotations

from emotag_service.engine.batch import Batch
from emotag_service.engine.flight import Flight, Launched
from tests.unit.engine.helpers import make_entries


def launched():
    return Launched(Batch(make_entries([1])), lambda: None, since=0.0)


def test_batches_land_in_the_order_of_their_launch():
    flight, first, second = Flight(), launched(), launched()
    flight.add(first)
    flight.add(second)
    assert flight.first is first
    assert flight.land(1.0)
    assert flight.first is second
    assert len(flight) == 1


def test_work_is_due_after_its_limit_and_each_batch_begins_anew():
    flight = Flight()
    assert flight.due() is None
    flight.busy(10.0, 5.0)
    flight.add(launched())
    flight.add(launched())
    assert flight.due() == 15.0
    flight.land(12.0)
    assert flight.due() == 17.0
    flight.land(13.0)
    assert flight.due() is None


def test_what_is_seized_cannot_land_or_be_busy_again():
    flight, only = Flight(), launched()
    flight.busy(1.0, 1.0)
    flight.add(only)
    assert flight.seize() == [only.batch]
    assert flight.seized
    assert not flight.land(2.0)
    assert flight.clear() == []
    assert not flight.add(launched())
    assert len(flight) == 0
    flight.busy(3.0, 1.0)
    assert flight.due() is None


def test_busy_time_is_that_of_what_landed_and_counts_what_overlaps_once():
    flight = Flight()
    for _ in range(2):
        if not len(flight):
            flight.busy(10.0, 5.0)
        flight.add(launched())
    flight.land(12.0)
    flight.land(13.0)
    assert flight.busy_seconds == 3.0
    flight.busy(20.0, 5.0)
    flight.add(launched())
    flight.clear()
    assert flight.busy_seconds == 3.0
