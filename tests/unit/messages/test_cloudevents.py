from __future__ import annotations

import base64
from typing import Any

import pytest

from emotag_service.messages.cloudevents import in_family, is_structured, read_envelope
from emotag_service.messages.content_type import parse_content_type
from emotag_service.messages.untaggable import UntaggableError

ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/agents/planner", "type": "said"}


@pytest.mark.parametrize(
    ("media", "family", "structured"),
    [
        ("application/cloudevents+json; charset=UTF-8", True, True),
        ("application/cloudevents-batch+json", True, False),
        ("application/json", False, False),
        ("", False, False),
    ],
)
def test_the_content_type_tells_the_mode(media: str, family: bool, structured: bool) -> None:
    parsed = parse_content_type(media)
    assert (in_family(parsed), is_structured(parsed)) == (family, structured)


def test_an_envelope_says_whose_event_it_is_and_what_its_data_is() -> None:
    event = read_envelope({**ENVELOPE, "datacontenttype": "text/plain", "data": "hi"})
    assert (event.id, event.source, event.media.name, event.data) == ("e1", "/agents/planner", "text/plain", "hi")
    packed = base64.b64encode(b"hi").decode()
    assert read_envelope({**ENVELOPE, "data_base64": packed}).data == b"hi"
    assert read_envelope({**ENVELOPE, "data_base64": packed, "data": {"a": 1}}).data == {"a": 1}


@pytest.mark.parametrize(
    ("added", "tagged"),
    [
        ({"emotion": "joy", "emotionscore": "0.9"}, True),
        ({"emotion": "joy"}, False),
        ({"emotion": None, "emotionscore": "0.9"}, False),
        ({}, False),
    ],
)
def test_only_both_attributes_are_a_tag(added: dict[str, Any], tagged: bool) -> None:
    assert read_envelope({**ENVELOPE, "data": "hi", **added}).tagged is tagged


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        ([], "NOT_CLOUDEVENT"),
        ({"id": "e1", "data": "hi"}, "NOT_CLOUDEVENT"),
        (ENVELOPE, "NOTHING_SAID"),
        ({**ENVELOPE, "data": None}, "NOTHING_SAID"),
        ({**ENVELOPE, "data_base64": "*"}, "WRONG_ENCODING"),
        ({**ENVELOPE, "data_base64": 5}, "TEXT_NOT_STRING"),
    ],
)
def test_what_is_no_event_or_has_no_data_says_so(root: Any, reason: str) -> None:
    with pytest.raises(UntaggableError) as caught:
        read_envelope(root)
    assert caught.value.fault.reason == reason
