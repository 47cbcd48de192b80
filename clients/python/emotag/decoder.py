"""From the tags of the contract to `Tag`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag.errors import ProtocolError
from emotag.info import Limits, Model, limits_from, model_from
from emotag.status import from_status
from emotag.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag.options import Options
    from emotag.v1 import emotion_service_pb2 as service_pb
    from emotag.v1 import model_info_pb2, tag_pb2


class Decoder:
    """Decodes the tags of one call; knows the model and the labels in force.

    Attributes:
        model: The model that makes the tags.
        labels: The labels of the taxonomy in force, in the order of a tag's scores.
        limits: What the server accepts; None until it said so.
    """

    def __init__(self, options: Options, model: Model | None = None, labels: tuple[str, ...] = ()) -> None:
        self._options = options
        self.model = model or Model()
        self._other: Model | None = None
        self.labels = labels
        self.limits: Limits | None = None

    def frame(self, frame: service_pb.StreamClassifyResponse) -> list[Tag]:
        """Decode one frame of a stream's replies."""
        if frame.HasField("start"):
            self.labels = tuple(frame.start.labels)
            self.limits = limits_from(frame.start.limits)
            self.new_model(frame.start.model)
        if frame.HasField("model"):
            self.new_model(frame.model)
        return self.tags(frame.tags)

    def new_model(self, model: model_info_pb2.ModelIdentity) -> None:
        """From here on tags are by this model."""
        self.model = model_from(model)

    def tags(self, tags: Iterable[tag_pb2.Tag]) -> list[Tag]:
        """Decode tags, in their order."""
        return [self._tag(tag) for tag in tags]

    def _tag(self, wire: tag_pb2.Tag) -> Tag:
        if wire.HasField("error"):
            return Tag(wire.message_id, error=from_status(wire.error), model=self.model)
        tag = Tag(
            wire.message_id,
            wire.label,
            wire.score,
            tuple(wire.labels),
            None,
            wire.uncertain,
            wire.truncated,
            None,
            wire.queue_seconds,
            wire.compute_seconds,
            None,
            self._own_model(wire.model) if wire.HasField("model") else self.model,
        )
        if self._options.scores:
            tag.scores = self._scores(wire)
        if self._options.explain:
            tag.token_weights = tuple((one.token, one.weight) for one in wire.token_weights)
        return tag

    def _own_model(self, wire: model_info_pb2.ModelIdentity) -> Model:
        """A model that only some tags are by, as one object for all of them."""
        if self._other is None or wire.digest != self._other.digest:
            self._other = model_from(wire)
        return self._other

    def _scores(self, wire: tag_pb2.Tag) -> dict[str, float]:
        if len(wire.scores) != len(self.labels):
            raise ProtocolError(f"{len(wire.scores)} scores came back for {len(self.labels)} labels")
        return dict(zip(self.labels, wire.scores, strict=True))
