"""The engine's answers keep everything on their way to the wire."""

from __future__ import annotations

import numpy as np
import pytest
from google.rpc.code_pb2 import Code

from emotag.v1.emotion_service_pb2 import ClassifyResponse
from emotag.v1.tag_pb2 import Tag as WireTag
from emotag_model.checkpoint import Identity
from emotag_service.contract.encode import add_tag, limits, model_info, model_of, stream_start
from emotag_service.contract.limits import FrontLimits
from emotag_service.engine.errors import InvalidMessageError
from emotag_service.engine.tag import Tag
from tests.integration.scripted import Script, scripted_engine

ENGINE = scripted_engine(Script())


def _encode(tag: Tag) -> WireTag:
    response = ClassifyResponse()
    add_tag(response.tags, tag, ENGINE.model.identity)
    [wire] = response.tags
    return wire


def test_every_field_of_a_tag_is_sent() -> None:
    scores = np.asarray([0.25, 0.75], dtype=np.float32)
    wire = _encode(
        Tag(
            "m1",
            label="joy",
            score=0.75,
            labels=("joy", "surprise"),
            scores=scores,
            uncertain=True,
            truncated=True,
            token_weights=(("thank", 0.5), ("you", 0.5)),
            queue_seconds=0.5,
            compute_seconds=0.25,
        )
    )
    assert wire == WireTag(
        message_id="m1",
        label="joy",
        score=0.75,
        labels=["joy", "surprise"],
        scores=[0.25, 0.75],
        uncertain=True,
        truncated=True,
        token_weights=[{"token": "thank", "weight": 0.5}, {"token": "you", "weight": 0.5}],
        queue_seconds=0.5,
        compute_seconds=0.25,
    )


def test_what_was_not_asked_for_is_not_sent() -> None:
    wire = _encode(Tag("m1", label="joy", score=0.5))
    assert {field.name for field, _ in wire.ListFields()} == {"message_id", "label", "score"}


def test_a_score_may_be_a_number_of_numpy() -> None:
    assert _encode(Tag("m1", label="joy", score=float(np.float32(0.1)))).score == pytest.approx(0.1)


def test_an_error_is_sent_alone() -> None:
    wire = _encode(Tag("m1", label="left over", error=InvalidMessageError("text", "is empty")))
    assert {field.name for field, _ in wire.ListFields()} == {"message_id", "error"}
    assert (wire.error.code, wire.error.message) == (Code.INVALID_ARGUMENT, "text: is empty")


def test_limits_are_those_of_engine_and_front() -> None:
    sent = limits(ENGINE, FrontLimits(frame_bytes=7, frame_messages=5))
    assert (sent.max_frame_bytes, sent.max_frame_messages) == (7, 5)
    assert (sent.max_text_bytes, sent.max_tokens) == (ENGINE.limits.max_text_bytes, ENGINE.limits.max_tokens)


def test_model_info_lists_taxonomies_in_order() -> None:
    info = model_info(ENGINE, FrontLimits())
    assert [taxonomy.name for taxonomy in info.taxonomies] == [taxonomy.name for taxonomy in ENGINE.model.taxonomies]
    assert list(info.taxonomies[0].thresholds) == pytest.approx(list(ENGINE.model.taxonomies[0].thresholds))


def test_a_streams_labels_are_those_of_its_taxonomy() -> None:
    start = stream_start(ENGINE, FrontLimits(), "sentiment")
    assert list(start.labels) == ["positive", "negative", "ambiguous", "neutral"]
    assert start.taxonomy == "sentiment"


@pytest.mark.parametrize(("frame", "stream"), [(0, 10), (11, 10), (10, 4096)])
def test_limits_that_contradict_each_other_are_refused(frame: int, stream: int) -> None:
    with pytest.raises(ValueError, match="frame_messages"):
        FrontLimits(frame_messages=frame, stream_messages=stream)


def test_a_tag_names_its_model_where_the_reply_names_another() -> None:
    usual, other = ENGINE.model.identity, Identity("other", "2", "2" * 64)
    assert not _encode(Tag("m", label="joy", model=usual)).HasField("model")
    assert not _encode(Tag("m", error=InvalidMessageError("text", "is empty"))).HasField("model")
    wire = _encode(Tag("m", label="joy", model=other))
    assert (wire.model.name, wire.model.version, wire.model.digest) == ("other", "2", "2" * 64)


def test_a_reply_names_the_model_that_all_its_tags_have() -> None:
    usual, other = ENGINE.model.identity, Identity("other", "2", "2" * 64)
    refused = Tag("m", error=InvalidMessageError("text", "is empty"))
    assert model_of([refused], usual) == usual
    assert model_of([Tag("m", model=other), refused], usual) == other
    assert model_of([Tag("m", model=other), Tag("n", model=usual)], usual) == usual
