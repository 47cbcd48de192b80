"""The codecs by name, made from the options of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emotag_service.kafka.codecs.a2a_codec import A2aCodec
from emotag_service.kafka.codecs.auto_codec import AutoCodec
from emotag_service.kafka.codecs.cloudevents_codec import CloudEventsCodec
from emotag_service.kafka.codecs.fields import Fields, make_fields
from emotag_service.kafka.codecs.headers_only import HeadersOnlyCodec
from emotag_service.kafka.codecs.json_codec import JsonCodec
from emotag_service.kafka.codecs.path import Path, parse_path
from emotag_service.kafka.codecs.protobuf_codec import ProtobufCodec
from emotag_service.kafka.codecs.text_codec import TextCodec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.kafka.codecs.protocol import Codec

_MAKERS: Mapping[str, Callable[[Fields, Path], Codec]] = {
    "auto": AutoCodec,
    "json": JsonCodec,
    "a2a": lambda _fields, _tag: A2aCodec(),
    "cloudevents": lambda fields, _tag: CloudEventsCodec(fields),
    "text": lambda _fields, _tag: TextCodec(),
    "headers-only": lambda fields, _tag: HeadersOnlyCodec(fields),
    "protobuf": lambda _fields, _tag: ProtobufCodec(),
}

NAMES: Final = tuple(_MAKERS)
"""What `--codec` takes, the default first."""


def make_codec(
    name: str = "auto",
    *,
    text_field: str = "text",
    tag_field: str = "emotion",
    id_field: str = "id",
    conversation_field: str = "conversation_id",
    sender_field: str = "sender",
) -> Codec:
    """Make a codec.

    Args:
        name: One of `NAMES`.
        text_field: Where JSON has the text: a dotted path (`payload.parts.0.text`) or a JSON Pointer.
        tag_field: Where JSON gets the tag; only the last step may be missing.
        id_field: Where JSON has the message's id; it may be absent, as the next two.
        conversation_field: Where JSON has the conversation.
        sender_field: Where JSON has the sender.

    Raises:
        ValueError: No such codec, or a field that is no path or in the way of another; names the option.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise ValueError(f"--codec: must be one of {', '.join(NAMES)}, not {name!r}")
    fields = make_fields(text_field, id_field, conversation_field, sender_field)
    return maker(fields, parse_path("--tag-field", tag_field))
