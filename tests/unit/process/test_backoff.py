from __future__ import annotations

from emotag_service.process.backoff import Backoff


def test_it_grows_to_a_bound_and_begins_anew_after_a_success():
    backoff = Backoff()
    waits = [backoff.next() for _ in range(100)]
    assert 0.05 <= waits[0] <= 0.1
    assert all(wait <= 10 for wait in waits)
    assert min(waits[10:]) >= 5
    assert backoff.attempts == 100
    backoff.reset()
    assert backoff.next() <= 0.1
