"""What answers: the model, its taxonomies, and the limits of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag.errors import ProtocolError

if TYPE_CHECKING:
    from emotag.v1 import emotion_service_pb2 as service_pb
    from emotag.v1 import model_info_pb2 as pb


@dataclass(frozen=True, slots=True)
class Model:
    """Which model made a tag.

    Attributes:
        name: Name of the checkpoint.
        version: Version of the checkpoint.
        digest: SHA-256 over the checkpoint's files, lower-case hex.
    """

    name: str = ""
    version: str = ""
    digest: str = ""


NO_MODEL = Model()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A set of labels that tags can be expressed in.

    Attributes:
        name: What the `taxonomy` option takes.
        labels: Its labels.
        thresholds: The score that each label must reach, in the order of `labels`.
    """

    name: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server accepts; 0 means that it did not say.

    Attributes:
        max_text_bytes: Bytes of UTF-8 in one text.
        max_frame_bytes: Bytes of one request or frame.
        max_frame_messages: Messages of one request or frame.
        max_tokens: Tokens that the model reads of a message; the rest sets `Tag.truncated`.
    """

    max_text_bytes: int = 0
    max_frame_bytes: int = 0
    max_frame_messages: int = 0
    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Info:
    """What answers at a target.

    Attributes:
        model: The model.
        taxonomies: The taxonomies, the default one first.
        limits: What the server accepts.
        computes: What computes the tags, for people, such as "native avx512"; empty if the server did not say.
    """

    model: Model
    taxonomies: tuple[Taxonomy, ...]
    limits: Limits
    computes: str = ""

    def labels(self, taxonomy: str) -> tuple[str, ...]:
        """Labels in the order of a tag's scores; `taxonomy` empty means the default one.

        Raises:
            ProtocolError: The server lists no such taxonomy, though it used it.
        """
        for one in self.taxonomies:
            if taxonomy in ("", one.name):
                return one.labels
        names = ", ".join(one.name for one in self.taxonomies)
        raise ProtocolError(f"the server does not list the taxonomy {taxonomy!r} that it used; it lists: {names}")


def model_from(wire: pb.ModelIdentity) -> Model:
    """Take a model's identity off the wire."""
    return Model(wire.name, wire.version, wire.digest)


def limits_from(wire: pb.Limits) -> Limits:
    """Take limits off the wire."""
    return Limits(wire.max_text_bytes, wire.max_frame_bytes, wire.max_frame_messages, wire.max_tokens)


def info_from(wire: service_pb.GetModelInfoResponse) -> Info:
    """Take a whole answer of GetModelInfo off the wire."""
    taxonomies = tuple(Taxonomy(one.name, tuple(one.labels), tuple(one.thresholds)) for one in wire.taxonomies)
    return Info(model_from(wire.model), taxonomies, limits_from(wire.limits), wire.computes)
