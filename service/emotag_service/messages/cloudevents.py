"""The shapes that CloudEvents come in: how they are told, what their envelope says, and where their tag goes.

In structured mode an envelope in JSON holds the data; in binary mode the attributes travel beside it, in headers whose
prefix depends on the transport.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from emotag_service.messages import untaggable
from emotag_service.messages.content_type import ContentType, parse_content_type
from emotag_service.messages.text import name_of, spoken
from emotag_service.messages.untaggable import UntaggableError

LABEL_ATTRIBUTE: Final = "emotion"
SCORE_ATTRIBUTE: Final = "emotionscore"

_FAMILY = "application/cloudevents"
_STRUCTURED = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """What the envelope of an event in structured mode says.

    Attributes:
        id: Its `id`, or empty.
        source: Its `source`, or empty.
        media: What its data is, by `datacontenttype`.
        data: JSON as it was parsed, or bytes where the envelope has `data_base64`.
        tagged: It carries a tag already.
    """

    id: str
    source: str
    media: ContentType
    data: Any
    tagged: bool


def in_family(media: ContentType) -> bool:
    """Whether a content type says that the value is one or several CloudEvents in structured mode."""
    return media.name.startswith(_FAMILY)


def is_structured(media: ContentType) -> bool:
    """Whether a content type says that the value is one CloudEvent in JSON."""
    return media.name == _STRUCTURED


def read_envelope(root: Any) -> CloudEvent:
    """Read an event in structured mode.

    Raises:
        UntaggableError: NOT_CLOUDEVENT, NOTHING_SAID or WRONG_ENCODING.
    """
    if type(root) is not dict or "specversion" not in root:
        raise UntaggableError(untaggable.NOT_CLOUDEVENT, "the value is not an object with a `specversion`")
    return CloudEvent(
        name_of(root.get("id")),
        name_of(root.get("source")),
        parse_content_type(name_of(root.get("datacontenttype"))),
        _data(root),
        root.get(LABEL_ATTRIBUTE) is not None and root.get(SCORE_ATTRIBUTE) is not None,
    )


def nothing_said() -> UntaggableError:
    """Make the error of an event without data."""
    return UntaggableError(untaggable.NOTHING_SAID, "the CloudEvent has no data")


def _data(root: dict[str, Any]) -> Any:
    if root.get("data") is not None:
        return root["data"]
    if root.get("data_base64") is None:
        raise nothing_said()
    try:
        return base64.b64decode(spoken(root["data_base64"], "in `data_base64`"), validate=True)
    except (binascii.Error, ValueError):
        raise UntaggableError(untaggable.WRONG_ENCODING, "`data_base64` is not base64") from None
