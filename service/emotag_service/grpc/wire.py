"""Bytes to requests, without trust: what cannot be read is described, message by message where that is possible.

The runtime refuses a whole frame for one string that is not UTF-8, and ends the call with UNKNOWN for a frame that it
cannot parse. Here such a string costs its own message alone, and a broken frame is INVALID_ARGUMENT.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as ProtobufMessage

from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.message_pb2 import Message
from emotag_service.contract.status import CallRefusedError, make_status, too_many
from emotag_service.engine.errors import InvalidMessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
Request = TypeVar("Request", ClassifyRequest, StreamClassifyRequest)
Reading = TypeVar("Reading", bound=ProtobufMessage)
_STRINGS = {1: "id", 2: "text", 3: "conversation_id", 4: "sender"}
_COUNT_FROM = 64 * 1024  # smaller frames cannot hold so many empty messages that parsing them would cost much memory
_OTHER_FIELDS = 64  # beside its messages in a request, or in one message: what is known, and room for later versions


class MalformedError(ValueError):
    """The bytes are not the encoding of any protobuf message."""


def fields(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (field number, start, end) of every field's content, in the order of the bytes.

    Raises:
        MalformedError: The bytes are no protobuf message.
    """
    at, size = 0, len(data)
    while at < size:
        tag, at = _varint(data, at)
        at, end = _extent(data, at, tag & 7)
        if end > size:
            raise MalformedError("a field goes beyond the end")
        yield tag >> 3, at, end
        at = end


def _extent(data: bytes, at: int, wire_type: int) -> tuple[int, int]:
    if wire_type == _DELIMITED:
        length, at = _varint(data, at)
        return at, at + length
    if wire_type == _VARINT:
        return at, _varint(data, at)[1]
    if wire_type == _FIXED64:
        return at, at + 8
    if wire_type == _FIXED32:
        return at, at + 4
    raise MalformedError(f"wire type {wire_type} is not used by proto3")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise MalformedError("a number does not end")


class Inbound(Generic[Request]):
    """A request as it was read.

    Attributes:
        request: What could be read. A message that could not stands in it with its id alone.
        size: Bytes on the wire.
        problems: What is wrong with messages that could not be read, by index.
    """

    __slots__ = ("problems", "request", "size")

    def __init__(self, request: Request, size: int, problems: dict[int, InvalidMessageError]) -> None:
        self.request: Request = request
        self.size = size
        self.problems = problems


def reader(kind: type[Request], max_messages: int) -> Callable[[bytes], Inbound[Request] | CallRefusedError]:
    """Make the deserialiser of a request; it returns a refusal where there is nothing to read, and never raises."""
    number = kind.DESCRIPTOR.fields_by_name["messages"].number

    def read(data: bytes) -> Inbound[Request] | CallRefusedError:
        try:
            if len(data) > _COUNT_FROM:
                for _ in _outermost(data, number, max_messages):
                    pass
            return Inbound(kind.FromString(data), len(data), {})
        except DecodeError:
            return _salvage(kind, data, number, max_messages)
        except MalformedError:
            return unreadable(kind.DESCRIPTOR.full_name)
        except CallRefusedError as refusal:
            return refusal

    return read


def bounded_reader(
    kind: type[Reading], way: tuple[int, ...], most: int, blob: int
) -> Callable[[bytes], Reading | CallRefusedError]:
    """Make the deserialiser of a request of which many parts are in one place; it never raises.

    Args:
        kind: The request.
        way: Numbers of the fields that lead from it to those parts.
        most: How many of those parts there may be, wherever they lie.
        blob: Number of a field of bytes, which may be as large as they like, since nobody unpacks them.
    """

    def read(data: bytes) -> Reading | CallRefusedError:
        try:
            if len(data) > _COUNT_FROM:
                _check_parts(data, way, most, blob)
            return kind.FromString(data)
        except (MalformedError, DecodeError):
            return unreadable(kind.DESCRIPTOR.full_name)
        except CallRefusedError as refusal:
            return refusal

    return read


def _check_parts(data: bytes, way: tuple[int, ...], most: int, blob: int) -> None:
    """Refuse, before it is parsed, what would be costly to: see `_outermost`.

    Level by level, and all parts of a level together: 64 parts of 64 parts, each with as many as one may have, are
    millions.
    """
    *outer, last = way
    level = [data]
    for number in outer:
        inner: list[bytes] = []
        for part in _parts(level, number, blob):
            inner.append(part)
            if len(inner) > _OTHER_FIELDS:
                raise _overfull()
        level, blob = inner, 0
    for count, _ in enumerate(_parts(level, last, blob), 1):
        if count > most:
            raise too_many(None, most)


def _parts(level: list[bytes], number: int, blob: int) -> Iterator[bytes]:
    """Yield the parts of this number in a level, and refuse at the first other field that is too many for it."""
    others = size = 0
    for whole in level:
        for field, start, end in fields(whole):
            if field == number:
                yield whole[start:end]
                continue
            others += 1
            size += 0 if field == blob else end - start
            if others > _OTHER_FIELDS or size > _COUNT_FROM:
                raise _overfull()


def unreadable(name: str) -> CallRefusedError:
    """Refuse bytes that are no such protobuf message."""
    problem = f"the request is not a {name}: encode it with stubs generated from the service's protos"
    return CallRefusedError(make_status("INVALID_ARGUMENT", "MALFORMED_REQUEST", problem))


def _outermost(data: bytes, number: int, limit: int) -> Iterator[tuple[int, int, int]]:
    """Yield the fields of a request, and refuse it at the first that is too many.

    Before it is parsed: 16 MiB can hold eight million empty messages, which parse into a gigabyte. So few are walked
    over that the event loop does not notice, whatever the bytes are.
    """
    messages = others = 0
    for field, start, end in fields(data):
        if field == number:
            messages += 1
        else:
            others += 1
        if messages > limit:
            raise too_many(None, limit)
        if others > _OTHER_FIELDS:
            raise _overfull()
        yield field, start, end


def _overfull() -> CallRefusedError:
    problem = f"the request has more than {_OTHER_FIELDS} fields beside its messages: encode it with generated stubs"
    return CallRefusedError(make_status("INVALID_ARGUMENT", "MALFORMED_REQUEST", problem))


def _salvage(kind: type[Request], data: bytes, number: int, limit: int) -> Inbound[Request] | CallRefusedError:
    request: Request = kind()
    problems: dict[int, InvalidMessageError] = {}
    try:
        for field, start, end in _outermost(data, number, limit):
            if field == number:
                message, problem = _read_message(data[start:end])
                request.messages.append(message)
                if problem is not None:
                    problems[len(request.messages) - 1] = problem
            elif field == kind.OPTIONS_FIELD_NUMBER:
                request.options.MergeFromString(data[start:end])
    except (MalformedError, DecodeError):
        return unreadable(kind.DESCRIPTOR.full_name)
    except CallRefusedError as refusal:
        return refusal
    return Inbound(request, len(data), problems)


def _read_message(data: bytes) -> tuple[Message, InvalidMessageError | None]:
    try:
        return Message.FromString(data), None
    except DecodeError:
        return _named_only(data)


def _named_only(data: bytes) -> tuple[Message, InvalidMessageError]:
    """The id of a message that cannot be read, and the string that is at fault.

    Raises:
        DecodeError: It is not a string that is at fault, or has too many fields to look for it.
    """
    message, problem = Message(), None
    for field, start, end in islice(fields(data), _OTHER_FIELDS):
        name = _STRINGS.get(field)
        text = _text(data[start:end]) if name else ""
        if name and text is None:
            problem = InvalidMessageError(name, "is not valid UTF-8")
        elif name == "id" and text is not None:
            message.id = text
    if problem is None:
        raise DecodeError("not a Message")
    return message, problem


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
