"""What cannot be read costs as little as possible: one message where it can be, never the process."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from hypothesis import given
from hypothesis import strategies as st

from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.message_pb2 import Message
from emotag_service.contract.inference.inference_pb2 import ModelInferRequest
from emotag_service.contract.status import CallRefusedError
from emotag_service.grpc import wire
from emotag_service.grpc.wire import Inbound, reader

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = reader(StreamClassifyRequest, 1024)


def _frame(*messages: bytes, options: bytes | None = None) -> bytes:
    head = b"" if options is None else b"\x0a" + bytes([len(options)]) + options
    return head + b"".join(b"\x12" + bytes([len(message)]) + message for message in messages)


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _broken(identifier: bytes = b"bad", field: int = 2) -> bytes:
    """A message whose string in `field` is a lone surrogate, as a careless encoder writes it."""
    return b"\x0a" + bytes([len(identifier)]) + identifier + bytes([field << 3 | 2, 3]) + b"\xed\xa0\x80"


def _inbound(data: bytes) -> Inbound[StreamClassifyRequest]:
    inbound = _READ(data)
    assert isinstance(inbound, Inbound)
    return inbound


def _refusal(data: bytes) -> CallRefusedError:
    refusal = _READ(data)
    assert isinstance(refusal, CallRefusedError)
    return refusal


def test_a_good_frame_is_read_whole() -> None:
    request = StreamClassifyRequest(messages=[Message(id="a", text="hi"), Message(id="b", text="there")])
    inbound = _inbound(request.SerializeToString())
    assert inbound.request == request
    assert inbound.size == request.ByteSize()
    assert not inbound.problems


def test_a_string_that_is_not_utf8_costs_its_message_alone() -> None:
    good = Message(id="good", text="thanks").SerializeToString()
    inbound = _inbound(_frame(good, _broken(), good, options=b"\x0a\x05ekman"))
    assert [message.id for message in inbound.request.messages] == ["good", "bad", "good"]
    assert inbound.request.messages[2].text == "thanks"
    assert inbound.request.options.taxonomy == "ekman"
    assert list(inbound.problems) == [1]
    assert inbound.problems[1].field == "text"


@pytest.mark.parametrize(("field", "name"), [(2, "text"), (3, "conversation_id"), (4, "sender")])
def test_the_field_that_is_not_utf8_is_named(field: int, name: str) -> None:
    problem = _inbound(_frame(_broken(field=field))).problems[0]
    assert problem.field == name
    assert "UTF-8" in str(problem)


def test_an_id_that_is_not_utf8_is_named_and_not_echoed() -> None:
    inbound = _inbound(_frame(b"\x0a\x02\xff\xfe\x12\x02hi"))
    assert inbound.problems[0].field == "id"
    assert inbound.request.messages[0].id == ""


def test_the_same_holds_for_a_unary_request() -> None:
    read = reader(ClassifyRequest, 10)
    inbound = read(b"\x0a" + bytes([len(_broken())]) + _broken() + b"\x12\x07\x0a\x05ekman")
    assert isinstance(inbound, Inbound)
    assert inbound.request.options.taxonomy == "ekman"
    assert list(inbound.problems) == [0]


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff", b"\x12\x7fabc", _frame(b"\x12\x7f"), _frame(options=b"\x0a\x02\xff\xfe")],
    ids=["garbage", "cut off", "broken message", "options not UTF-8"],
)
def test_what_is_no_request_is_refused_with_details(data: bytes) -> None:
    status = _refusal(data).status
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.domain, info.reason) == ("emotag.v1", "MALFORMED_REQUEST")
    assert "emotag.v1.StreamClassifyRequest" in status.message


def test_a_broken_request_of_another_service_is_sent_to_no_protos_of_ours() -> None:
    refusal = wire.bounded_reader(ModelInferRequest, (5, 5), 10, blob=7)(b"\xff\xff\xff")
    assert isinstance(refusal, CallRefusedError)
    assert "ModelInferRequest" in refusal.status.message
    assert "emotag/v1" not in refusal.status.message


def test_millions_of_empty_messages_are_refused_before_they_are_parsed() -> None:
    data = b"\x12\x00" * (4 * 2**20)
    tracemalloc.start()
    refusal = _refusal(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    bad = BadRequest()
    assert refusal.status.details[1].Unpack(bad)
    assert bad.field_violations[0].field == "messages"
    assert "more than 1024" in refusal.status.message


def test_a_large_frame_of_few_messages_is_read() -> None:
    request = StreamClassifyRequest(messages=[Message(id="big", text="x" * 5_000_000)])
    assert _inbound(request.SerializeToString()).request == request


@given(st.binary(max_size=300))
def test_the_reader_never_raises(data: bytes) -> None:
    assert isinstance(_READ(data), Inbound | CallRefusedError)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_the_reader_never_raises_on_framed_garbage(messages: list[bytes]) -> None:
    result = _READ(_frame(*messages))
    if isinstance(result, Inbound):
        assert len(result.request.messages) == len(messages)


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many fields were walked over, since that is Python's own work on the event loop."""
    seen = []

    plain = wire.fields

    def counting(data: bytes) -> Iterator[tuple[int, int, int]]:
        for field in plain(data):
            seen.append(field[0])
            yield field

    monkeypatch.setattr(wire, "fields", counting)
    return seen


_UNKNOWN = b"\x78\x01"  # field 15, which no version has


@pytest.mark.parametrize(
    "data",
    [
        _UNKNOWN * 8_000_000,
        _UNKNOWN * 30_000 + _frame(_broken()),
        _frame(b"\x0a\x01a") + _UNKNOWN * 8_000_000,
        b"\x0a\x00" * 4_000_000,
    ],
    ids=["unknown fields", "in a frame small enough to be parsed at once", "after a message", "options without end"],
)
def test_fields_without_end_are_refused_after_a_few(data: bytes, walked: list[int]) -> None:
    status = _refusal(data).status
    assert "more than 64 fields beside its messages" in status.message
    assert len(walked) < 100


def test_a_message_of_fields_without_end_is_not_walked_over(walked: list[int]) -> None:
    inner = _UNKNOWN * 4_000_000 + b"\x12\x03\xed\xa0\x80"
    data = b"\x12" + _varint(len(inner)) + inner
    assert "not a" in _refusal(data).status.message
    assert len(walked) < 100


_INFER = wire.bounded_reader(ModelInferRequest, (5, 5, 8), 1024, blob=7)  # inputs, their contents, the texts of those


def _inputs(inputs: int, contents: int, inside: bytes) -> bytes:
    content = b"\x2a" + _varint(len(inside)) + inside
    return (b"\x2a" + _varint(len(content) * contents) + content * contents) * inputs


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_inputs(64, 64, b"\x42\x00" * 1024), "MALFORMED_REQUEST"),
        (_inputs(1, 64, b"\x42\x00" * 1024), "TOO_MANY_MESSAGES"),
        (_inputs(64, 64, b""), "MALFORMED_REQUEST"),
        (_inputs(8, 8, _UNKNOWN * 64), "MALFORMED_REQUEST"),
        (_inputs(8, 8, b"\x12" + _varint(30_000) + b"\x01" * 30_000), "MALFORMED_REQUEST"),
    ],
    ids=["texts of many inputs", "texts of one", "contents", "unknown fields", "numbers"],
)
def test_parts_of_parts_are_counted_together(data: bytes, reason: str, walked: list[int]) -> None:
    padded = data + b"\x3a" + _varint(70_000) + bytes(70_000)  # so large that it is looked at before it is parsed
    refusal, info = _INFER(padded), ErrorInfo()
    assert isinstance(refusal, CallRefusedError)
    assert refusal.status.details[0].Unpack(info)
    assert info.reason == reason
    assert len(walked) < 1_300


@pytest.mark.parametrize(("contents", "each"), [(1, 1024), (64, 16)])
def test_as_many_texts_as_are_allowed_are_read_from_one_input(contents: int, each: int) -> None:
    request = _INFER(_inputs(1, contents, (b"\x42\x64" + b"x" * 100) * each))
    assert isinstance(request, ModelInferRequest)
    [tensor] = request.inputs
    assert list(tensor.contents.bytes_contents) == [b"x" * 100] * 1024


def test_fields_of_a_later_version_are_let_pass() -> None:
    request = StreamClassifyRequest(messages=[Message(id="a", text="x" * 70_000)])
    assert _inbound(request.SerializeToString() + _UNKNOWN * 60).request.messages[0].id == "a"
