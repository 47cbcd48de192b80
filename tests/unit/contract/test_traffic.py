"""Every call is counted once, by its way and its end, also where it fails."""

from __future__ import annotations

import pytest

from emotag_service.contract.traffic import Traffic


def test_what_was_never_asked_for_is_zero():
    traffic = Traffic()
    traffic.expect("StreamClassify", "OK", "INTERNAL", timed=False)
    assert traffic.ended == {("StreamClassify", "OK"): 0, ("StreamClassify", "INTERNAL"): 0}
    assert traffic.open == {"StreamClassify": 0}
    assert traffic.seconds == {}


def test_it_ends_as_expected_or_as_is_said():
    traffic = Traffic()
    with traffic.count("/predict", "499"):
        pass
    with traffic.count("/predict", "499") as ending:
        ending.name = "200"
    assert traffic.ended == {("/predict", "499"): 1, ("/predict", "200"): 1}


def fail(traffic: Traffic) -> None:
    with traffic.count("/predict", "500"):
        assert traffic.open["/predict"] == 1
        raise ValueError("no")


def test_what_fails_is_counted_and_no_longer_open():
    traffic = Traffic()
    traffic.expect("/predict", "200", timed=True)
    with pytest.raises(ValueError, match="no"):
        fail(traffic)
    assert traffic.open["/predict"] == 0
    assert traffic.ended == {("/predict", "200"): 0, ("/predict", "500"): 1}
    assert sum(traffic.seconds["/predict"].copy().counts) == 1
