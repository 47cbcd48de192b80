"""What becomes of a request is counted, also where nothing of ours has answered it."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.contract.traffic import Traffic
from emotag_service.http.app import CountedRoute


async def _nobody(*_: Any) -> Any:
    raise AssertionError("nothing is asked for")


@pytest.mark.parametrize(("fails", "counted"), [(True, "500"), (False, "499")])
async def test_a_fault_beyond_every_boundary_is_none_of_the_callers(fails: bool, counted: str) -> None:
    async def app(*_: Any) -> None:
        if fails:
            raise RuntimeError("beyond it")

    traffic = Traffic()
    try:
        await CountedRoute(app, traffic, "/predict")({"type": "http"}, _nobody, _nobody)
    except RuntimeError:
        assert fails
    assert traffic.ended == {("/predict", counted): 1}
