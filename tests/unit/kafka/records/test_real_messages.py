"""Messages that agents really sent, in every wrapping: some that were written for this, and all recordings that are there."""

import gzip
import json
import os
from itertools import islice
from pathlib import Path

import pytest

from emotag_service.kafka.records.codecs import make_codec
from tests.unit.kafka.records.helpers import EXTENSION, JOY, exactly, inserted, read, written

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[4].parent / "shared")
RECORDINGS = sorted((SHARED / "data" / "streams").glob("*.jsonl.gz"))

OWN = [
    b'{"id": "s-1", "conversation_id": "s", "turn": 0, "speaker": "planner", "text": "Can you take the deploy?"}',
    b'{"id": "s-2", "conversation_id": "s", "turn": 1, "speaker": "coder", "text": "No!! It broke twice \xe2\x80\x94 I give up."}',
    b'{"id":"s-3","text":"Line one\\nline \\"two\\"\\t\\u00e9 \\ud83d\\ude00","cost":0.30,"usage":{"in":1e3,"out":-0}}\n',
]
STRUCTURED = ("content-type", b"application/cloudevents+json")
AUTO = make_codec("auto")


def lines_of(recording):
    with gzip.open(recording) as lines:
        return [line for line in islice(lines, 300) if json.loads(line)["text"]]


def wrapped_as_a2a(message):
    said = {"messageId": message["id"], "role": "ROLE_AGENT", "parts": [{"text": message["text"]}], "metadata": message}
    return json.dumps({"statusUpdate": {"taskId": "t", "status": {"state": "x", "message": said}}}, ensure_ascii=False)


def check(line):
    message = json.loads(line)
    assert read(AUTO, line).text == message["text"]
    value, _ = written(AUTO, line)
    assert inserted(line, value)
    assert exactly(value.decode())[:-1] == exactly(line.decode())
    assert json.loads(value) == message | {"emotion": JOY.document()}

    event = b'{"specversion":"1.0","id":"e","source":"s","type":"t","data":%s}' % line
    value, _ = written(AUTO, event, STRUCTURED)
    assert inserted(event, value) == b',"emotion":"joy","emotionscore":"0.912346"'

    a2a = wrapped_as_a2a(message).encode()
    assert read(AUTO, a2a).text == message["text"]
    said = json.loads(written(AUTO, a2a)[0])["statusUpdate"]["status"]["message"]
    assert said["metadata"] == message | {EXTENSION: JOY.document()}


@pytest.mark.parametrize("line", OWN)
def test_messages_of_our_own(line):
    check(line)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
def test_recorded_messages(recording):
    lines = lines_of(recording)
    assert lines
    for line in lines:
        check(line)


def test_recordings_are_there():
    if not RECORDINGS:
        pytest.skip(f"no recordings under {SHARED}: only messages of our own were checked")
    assert all(lines_of(recording) for recording in RECORDINGS)
