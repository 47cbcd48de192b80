from __future__ import annotations

import pytest

from emotag_service.engine.limits import EngineLimits


def test_the_defaults_are_valid():
    limits = EngineLimits()
    assert limits.max_text_bytes == 65_536
    assert limits.batch_bytes > 0


@pytest.mark.parametrize("field", ["max_text_bytes", "queue_messages", "queue_bytes", "batch_bytes", "batch_messages"])
def test_a_bound_below_one_is_refused_by_name(field):
    with pytest.raises(ValueError, match=rf"EngineLimits\.{field} is 0; give it at least 1"):
        EngineLimits(**{field: 0})


def test_a_limit_that_is_no_number_at_all_is_refused():
    with pytest.raises(ValueError, match="compute_seconds is nan"):
        EngineLimits(compute_seconds=float("nan"))


def test_no_rebuild_delay_is_fine():
    assert EngineLimits(rebuild_delay=0).rebuild_delay == 0
