"""From wire tags to Tag."""

from __future__ import annotations

import pytest

from emotag import InvalidArgumentError, Model, ProtocolError
from emotag.decoder import Decoder
from emotag.options import Options
from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import model_info_pb2, tag_pb2
from tests.unit.sdk.scripted import status

START = pb.StreamStart(
    model=model_info_pb2.ModelIdentity(name="m", version="1", digest="d"),
    taxonomy="t",
    labels=["joy", "anger"],
    limits=model_info_pb2.Limits(max_text_bytes=1, max_frame_bytes=2, max_frame_messages=3, max_tokens=4),
)
WIRE = tag_pb2.Tag(
    message_id="i",
    label="joy",
    score=0.5,
    labels=["joy", "anger"],
    scores=[0.5, 0.25],
    uncertain=True,
    truncated=True,
    token_weights=[tag_pb2.TokenWeight(token=one, weight=weight) for one, weight in (("a", 0.75), ("b", 0.25))],
    queue_seconds=0.125,
    compute_seconds=0.0625,
)


def started(options: Options) -> Decoder:
    decoder = Decoder(options)
    assert decoder.frame(pb.StreamClassifyResponse(start=START)) == []
    return decoder


def test_every_field() -> None:
    (tag,) = started(Options(scores=True, explain=True)).frame(pb.StreamClassifyResponse(tags=[WIRE]))
    assert (tag.message_id, tag.label, tag.score, tag.labels) == ("i", "joy", 0.5, ("joy", "anger"))
    assert tag.scores == {"joy": 0.5, "anger": 0.25}
    assert tag.token_weights == (("a", 0.75), ("b", 0.25))
    assert (tag.uncertain, tag.truncated, tag.queue_seconds, tag.compute_seconds) == (True, True, 0.125, 0.0625)
    assert (tag.error, tag.model) == (None, Model("m", "1", "d"))


def test_what_was_not_asked_for_is_absent() -> None:
    (tag,) = started(Options()).frame(pb.StreamClassifyResponse(tags=[WIRE]))
    assert (tag.scores, tag.token_weights) == (None, None)


def test_an_error_is_typed() -> None:
    wire = tag_pb2.Tag(message_id="i", error=status("INVALID_ARGUMENT", "text: is empty", name="text"))
    (tag,) = started(Options(scores=True)).tags([wire])
    assert isinstance(tag.error, InvalidArgumentError)
    assert (tag.message_id, tag.error.field, tag.label, tag.model.name) == ("i", "text", "", "m")


def test_limits_are_known_after_the_start() -> None:
    assert Decoder(Options()).limits is None
    limits = started(Options()).limits
    assert limits is not None
    assert (limits.max_text_bytes, limits.max_frame_bytes, limits.max_frame_messages, limits.max_tokens) == (1, 2, 3, 4)


def test_a_new_model_holds_for_its_own_frame_and_on() -> None:
    decoder = started(Options())
    other = model_info_pb2.ModelIdentity(name="m", version="2", digest="e")
    before = decoder.frame(pb.StreamClassifyResponse(tags=[WIRE]))
    changed = decoder.frame(pb.StreamClassifyResponse(tags=[WIRE], model=other))
    after = decoder.frame(pb.StreamClassifyResponse(tags=[WIRE]))
    assert [tag.model.version for tag in before + changed + after] == ["1", "2", "2"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_scores_without_their_labels_break_the_contract(count: int) -> None:
    wire = tag_pb2.Tag(message_id="i", label="joy", scores=[0.5] * count)
    with pytest.raises(ProtocolError, match=f"{count} scores"):
        started(Options(scores=True)).tags([wire])


def test_a_tag_that_names_its_own_model_changes_nothing_for_others() -> None:
    decoder = started(Options())
    own = tag_pb2.Tag(
        message_id="own", label="joy", model=model_info_pb2.ModelIdentity(name="o", version="2", digest="e")
    )
    tags = decoder.frame(pb.StreamClassifyResponse(tags=[WIRE, own, WIRE]))
    assert [tag.model for tag in tags] == [Model("m", "1", "d"), Model("o", "2", "e"), Model("m", "1", "d")]
