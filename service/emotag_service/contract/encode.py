"""The engine's answers as replies of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag.v1.emotion_service_pb2 import GetModelInfoResponse, StreamStart
from emotag.v1.model_info_pb2 import Limits, ModelIdentity, TaxonomyInfo
from emotag.v1.tag_pb2 import TokenWeight
from emotag_service.contract.status import error_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

    from emotag.v1.tag_pb2 import Tag as WireTag
    from emotag_model.checkpoint import Identity
    from emotag_service.contract.limits import FrontLimits
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.tag import Tag


def add_tag(replies: RepeatedCompositeFieldContainer[WireTag], tag: Tag, named: Identity) -> None:
    """Append what the engine answered to the `tags` of a reply, which names the model `named`."""
    if tag.error is not None:
        replies.add(message_id=tag.message_id, error=error_status(tag.error))
        return
    wire = replies.add(
        message_id=tag.message_id,
        label=tag.label,
        score=tag.score,
        labels=tag.labels,
        queue_seconds=tag.queue_seconds,
        compute_seconds=tag.compute_seconds,
    )
    if tag.model is not None and tag.model is not named and tag.model != named:
        wire.model.CopyFrom(model_identity(tag.model))
    if tag.uncertain:
        wire.uncertain = True
    if tag.truncated:
        wire.truncated = True
    if tag.scores is not None:
        wire.scores.extend(tag.scores.tolist())
    if tag.token_weights:
        wire.token_weights.extend(TokenWeight(token=token, weight=weight) for token, weight in tag.token_weights)


def model_of(tags: Iterable[Tag], usual: Identity) -> Identity:
    """The one model of all tags that have one; `usual` when they have several, or none has one."""
    made = {tag.model for tag in tags if tag.model is not None}
    return made.pop() if len(made) == 1 else usual


def model_identity(identity: Identity) -> ModelIdentity:
    """A model by its names."""
    return ModelIdentity(name=identity.name, version=identity.version, digest=identity.digest)


def limits(engine: Engine, front: FrontLimits) -> Limits:
    """What the server accepts."""
    return Limits(
        max_text_bytes=engine.limits.max_text_bytes,
        max_frame_bytes=front.frame_bytes,
        max_frame_messages=front.frame_messages,
        max_tokens=engine.limits.max_tokens,
    )


def model_info(engine: Engine, front: FrontLimits) -> GetModelInfoResponse:
    """What answers, in which taxonomies, within which limits."""
    return GetModelInfoResponse(
        model=model_identity(engine.model.identity),
        taxonomies=[
            TaxonomyInfo(name=taxonomy.name, labels=taxonomy.labels, thresholds=[float(t) for t in taxonomy.thresholds])
            for taxonomy in engine.model.taxonomies
        ],
        limits=limits(engine, front),
        computes=engine.model.computes,
    )


def stream_start(engine: Engine, front: FrontLimits, taxonomy: str) -> StreamStart:
    """What a stream's options came to; `taxonomy` is one that the engine has."""
    labels = engine.model.taxonomy(taxonomy).labels
    return StreamStart(
        model=model_identity(engine.model.identity), taxonomy=taxonomy, labels=labels, limits=limits(engine, front)
    )
