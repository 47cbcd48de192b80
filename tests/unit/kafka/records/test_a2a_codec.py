import json

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.kafka.records.codecs import make_codec
from emotag_service.messages.tag import tag_json
from tests.unit.kafka.records.helpers import (
    ENCODINGS,
    EXTENSION,
    FEAR,
    JOY,
    MARKS,
    TREES,
    detail_of,
    exactly,
    pairs_of,
    read,
    reason_of,
    spelled,
    tagged,
)
from tests.unit.messages.test_a2a import ARTIFACT, ARTIFACT_UPDATE, MESSAGE, OLD, STATUS_UPDATE, TASK

CODEC = make_codec("a2a")
TAG = tag_json(JOY)
METADATA = f'"metadata":{{"{EXTENSION}":{TAG}}}'
EXTENSIONS = f'"extensions":["{EXTENSION}"]'
SAYS = '"messageId":"m","role":"agent","parts":[{"text":"hi"}]'

SHAPES = {
    "message": (MESSAGE, ()),
    "v0.3 message": (OLD, ()),
    "message event": ({"message": MESSAGE}, ("message",)),
    "status update": ({"statusUpdate": STATUS_UPDATE}, ("statusUpdate", "status", "message")),
    "v0.3 status update": ({"kind": "status-update", **STATUS_UPDATE}, ("status", "message")),
    "artifact update": ({"artifactUpdate": ARTIFACT_UPDATE}, ("artifactUpdate", "artifact")),
    "v0.3 artifact update": ({"kind": "artifact-update", **ARTIFACT_UPDATE}, ("artifact",)),
    "task": ({"task": TASK}, ("task", "status", "message")),
    "task without a word in its status": (
        {**TASK, "status": {"state": "done"}, "artifacts": [ARTIFACT, {"artifactId": "a2", "parts": [{"raw": ""}]}]},
        ("artifacts", 0),
    ),
    "task with a history alone": (
        {"kind": "task", "id": "t", "status": {"state": "done"}, "history": [MESSAGE, {**OLD, "parts": []}]},
        ("history", 0),
    ),
    "request": (
        {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": MESSAGE}},
        ("params", "message"),
    ),
    "v0.3 reply": ({"jsonrpc": "2.0", "id": "x", "result": OLD}, ("result",)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_tagged_where_it_speaks_and_nowhere_else(shape):
    root, steps = SHAPES[shape]
    result = json.loads(tagged(CODEC, json.dumps(root).encode()))
    carrier = result
    for step in steps:
        carrier = carrier[step]
    assert carrier.pop("metadata") == {EXTENSION: JOY.document()}
    assert carrier.pop("extensions") == [EXTENSION]
    assert result == root


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_known_when_it_was_tagged_before(shape):
    value = json.dumps(SHAPES[shape][0]).encode()
    assert not read(CODEC, value).tagged
    once = tagged(CODEC, value, tag=FEAR)
    assert read(CODEC, once).tagged
    assert tagged(CODEC, once, tag=FEAR) == once
    assert tagged(CODEC, once) == tagged(CODEC, value)


def test_a_message_is_read():
    reading = read(CODEC, json.dumps({"statusUpdate": STATUS_UPDATE}).encode())
    assert (reading.text, reading.id, reading.conversation_id, reading.sender) == ("hello", "m1", "c1", "agent")
    parts = [{"text": "one"}, {"kind": "text", "text": "two"}]
    assert read(CODEC, json.dumps({**MESSAGE, "parts": parts}).encode()).text == "one\ntwo"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{SAYS}", "{SAYS,EXTENSIONS,METADATA}"),
        ("{SAYS }\n", "{SAYS,EXTENSIONS,METADATA }\n"),
        ('{"metadata":{},SAYS}', '{"metadata":{"URI":TAG},SAYS,EXTENSIONS}'),
        ('{"metadata":{"n":1.0 } ,SAYS}', '{"metadata":{"n":1.0,"URI":TAG } ,SAYS,EXTENSIONS}'),
        ('{"metadata":null,"extensions":null,SAYS}', "{METADATA,EXTENSIONS,SAYS}"),
        ('{"extensions":[ ],SAYS}', '{"extensions":["URI" ],SAYS,METADATA}'),
        ('{"extensions":["x", "y" ],SAYS}', '{"extensions":["x", "y","URI" ],SAYS,METADATA}'),
        ('{"extensions":["URI","x"],SAYS}', '{"extensions":["URI","x"],SAYS,METADATA}'),
        ('{"metadata":{"URI":null,"z":0},SAYS}', '{"metadata":{"URI":TAG,"z":0},SAYS,EXTENSIONS}'),
        ('{"metadata":{"URI":{"category":"fear"}},EXTENSIONS,SAYS}', "{METADATA,EXTENSIONS,SAYS}"),
        (
            '{"metadata":{"a":1},SAYS,"metadata":{"b":2}}',
            '{"metadata":{"a":1},SAYS,"metadata":{"b":2,"URI":TAG},EXTENSIONS}',
        ),
    ],
)
def test_bytes_change_only_in_metadata_and_extensions(before, after):
    def full(text):
        text = text.replace("SAYS", SAYS).replace("EXTENSIONS", EXTENSIONS).replace("METADATA", METADATA)
        return text.replace("URI", EXTENSION).replace("TAG", TAG).encode()

    assert tagged(CODEC, full(before)) == full(after)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_it_is_written_in_the_encoding_of_the_document(encoding):
    text = f'{{"note":"ü😀",{SAYS}}}'
    value = tagged(CODEC, MARKS[encoding] + text.encode(encoding))
    assert value == MARKS[encoding] + (text[:-1] + f",{EXTENSIONS},{METADATA}}}").encode(encoding)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"hello", "NOT_JSON"),
        (b'{"text":"hello"}', "NOT_A2A"),
        (b"[]", "NOT_A2A"),
        (b"null", "NOT_A2A"),
        (b'{"message":{"text":"hello"}}', "NOT_A2A"),
        (b'{"messageId":"m","parts":[]}', "NOTHING_SAID"),
        (b'{"messageId":"m","parts":[{"data":{"text":"x"}},{"text":""}]}', "NOTHING_SAID"),
        (b'{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_WORKING"}}}', "NOTHING_SAID"),
        (b'{"jsonrpc":"2.0","id":1,"error":{"code":-1}}', "NOTHING_SAID"),
        (b'{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"id":"t"}}', "NOTHING_SAID"),
        (b'{"messageId":"m","parts":[{"text":5}]}', "TEXT_NOT_STRING"),
        (b'{"messageId":"m","parts":[{"text":"\\ud800"}]}', "WRONG_ENCODING"),
        (b'{"messageId":"m","parts":[{"text":"a"}],"metadata":[]}', "TAG_PLACE"),
        (b'{"messageId":"m","parts":[{"text":"a"}],"metadata":"x"}', "TAG_PLACE"),
        (b'{"messageId":"m","parts":[{"text":"a"}],"extensions":"https://x"}', "TAG_PLACE"),
        (b'{"messageId":"m","parts":[{"text":"a"}],"deep":' + b"[" * 50_000, "TOO_DEEP"),
    ],
)
def test_what_cannot_be_tagged_is_a_fault(value, reason):
    assert reason_of(CODEC, value) == reason


def test_no_fault_quotes_the_message():
    for value in (
        b'{"messageId":"s3cret","parts":[]}',
        b'{"parts":"s3cret"}',
        b'{"role":"a","parts":[{"text":["s3cret"]}]}',
    ):
        assert "s3cret" not in detail_of(CODEC, value)


@settings(max_examples=80, deadline=None)
@given(
    pairs_of(TREES),
    st.sampled_from(["absent", "null", "object"]),
    st.sampled_from(["absent", "null", "array"]),
    pairs_of(TREES),
    st.lists(TREES, max_size=3),
    st.randoms(use_true_random=False),
)
def test_any_message_keeps_all_that_it_has(others, metadata, extensions, data, entries, random):
    mine = {"parts", "messageId", "role", "metadata", "extensions", "jsonrpc"}
    members = [pair for pair in others if pair[0] not in mine]
    members += [("messageId", ("string", "m")), ("parts", ("array", [("object", [("text", ("string", "hi"))])]))]
    if metadata != "absent":
        members.append(("metadata", ("object", data) if metadata == "object" else None))
    if extensions != "absent":
        members.append(("extensions", ("array", entries) if extensions == "array" else None))
    random.shuffle(members)
    before = spelled(("object", members), random).encode()
    after = tagged(CODEC, before)

    def others_of(value):
        return [pair for pair in exactly(value.decode()) if pair[0] not in {"metadata", "extensions"}]

    assert others_of(after) == others_of(before)
    was, result = dict(exactly(before.decode())), dict(exactly(after.decode()))
    assert result["metadata"][:-1] == (was.get("metadata") or [])
    assert result["extensions"] == [*(was.get("extensions") or []), EXTENSION]
    assert json.loads(after)["metadata"][EXTENSION] == JOY.document()
    assert tagged(CODEC, after) == after


def test_the_sdk_of_the_protocol_reads_what_is_written():
    types = pytest.importorskip("a2a.types.a2a_pb2", reason="the a2a extra is not installed")
    value = tagged(CODEC, json.dumps({"statusUpdate": STATUS_UPDATE}).encode())
    event = json_format.Parse(value, types.StreamResponse())
    message = event.status_update.status.message
    assert list(message.extensions) == [EXTENSION]
    assert json_format.MessageToDict(message.metadata)[EXTENSION] == JOY.document()
