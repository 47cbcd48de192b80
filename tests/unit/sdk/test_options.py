"""Options on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from emotag import InvalidArgumentError
from emotag.options import Options
from emotag.v1 import emotion_service_pb2 as pb


def test_defaults() -> None:
    wire = pb.ClassifyOptions(reply_order=pb.REPLY_ORDER_REQUEST, priority=pb.PRIORITY_INTERACTIVE)
    assert Options().wire() == wire


def test_every_field() -> None:
    wire = Options("goemotions", scores=True, top_k=3, explain=True, unordered=True, bulk=True).wire()
    assert wire == pb.ClassifyOptions(
        taxonomy="goemotions",
        all_scores=True,
        top_k=3,
        explain=True,
        reply_order=pb.REPLY_ORDER_UNORDERED,
        priority=pb.PRIORITY_BULK,
    )


@pytest.mark.parametrize("top_k", [-1, 2**32, 1.5, "1", None])
def test_top_k_out_of_range(top_k: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Options(top_k=top_k)
    assert caught.value.field == "top_k"


@pytest.mark.parametrize("taxonomy", [None, 3, b"ekman"])
def test_a_taxonomy_that_is_no_name(taxonomy: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Options(taxonomy)
    assert caught.value.field == "taxonomy"


def test_a_taxonomy_that_can_not_be_sent() -> None:
    with pytest.raises(InvalidArgumentError, match="surrogates"):
        Options("\ud800").wire()
