import pytest

from emotag_service.messages.a2a import carriers
from emotag_service.messages.untaggable import UntaggableError

MESSAGE = {"messageId": "m1", "role": "ROLE_AGENT", "contextId": "c1", "parts": [{"text": "hello"}]}
OLD = {"kind": "message", "messageId": "m1", "role": "agent", "parts": [{"kind": "text", "text": "hello"}]}
ARTIFACT = {"artifactId": "a1", "parts": [{"text": "a report"}]}
STATUS = {"state": "TASK_STATE_WORKING", "message": MESSAGE}
TASK = {"id": "t1", "contextId": "c9", "status": STATUS, "artifacts": [ARTIFACT], "history": [OLD, MESSAGE]}
STATUS_UPDATE = {"taskId": "t1", "contextId": "c9", "status": STATUS}
ARTIFACT_UPDATE = {"taskId": "t1", "contextId": "c9", "artifact": ARTIFACT}


def places(root):
    return ["/".join(carrier.steps) for carrier in carriers(root)]


@pytest.mark.parametrize("message", [MESSAGE, OLD, {"role": "user", "parts": []}, {"messageId": "1", "parts": []}])
def test_a_bare_message_carries_itself(message):
    assert places(message) == [""]


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({"message": MESSAGE}, ["message"]),
        ({"message": OLD, "configuration": {"blocking": True}, "metadata": {}}, ["message"]),
        ({"statusUpdate": STATUS_UPDATE}, ["statusUpdate/status/message"]),
        ({"artifactUpdate": ARTIFACT_UPDATE}, ["artifactUpdate/artifact"]),
        ({"kind": "status-update", "final": False, **STATUS_UPDATE}, ["status/message"]),
        ({"kind": "artifact-update", "append": True, **ARTIFACT_UPDATE}, ["artifact"]),
        ({"statusUpdate": {"taskId": "t1", "status": {"state": "TASK_STATE_WORKING"}}}, []),
    ],
)
def test_an_event_carries_one(event, place):
    assert places(event) == place


@pytest.mark.parametrize(("event", "at"), [(TASK, ""), ({"task": TASK}, "task/"), ({"kind": "task", **TASK}, "")])
def test_a_task_offers_its_status_then_its_artifacts_then_its_history_latest_first(event, at):
    assert places(event) == [f"{at}{place}" for place in ("status/message", "artifacts/0", "history/1", "history/0")]


@pytest.mark.parametrize(
    ("envelope", "place"),
    [
        ({"method": "SendMessage", "params": {"message": MESSAGE}}, "params/message"),
        ({"method": "message/send", "params": {"message": OLD}}, "params/message"),
        ({"result": OLD}, "result"),
        ({"result": {"message": MESSAGE}}, "result/message"),
        ({"result": {"statusUpdate": STATUS_UPDATE}}, "result/statusUpdate/status/message"),
        ({"result": {"kind": "status-update", **STATUS_UPDATE}}, "result/status/message"),
    ],
)
def test_an_envelope_carries_what_is_in_it(envelope, place):
    assert places({"jsonrpc": "2.0", "id": 1, **envelope}) == [place]
    assert carriers({"id": 1, **envelope}) is None, "without `jsonrpc` it is none"


@pytest.mark.parametrize(
    "root",
    [
        {},
        [],
        "parts",
        None,
        [MESSAGE],
        {"text": "hello"},
        {"parts": [{"text": "hello"}]},
        {"role": "user", "parts": {"text": "hello"}},
        {"role": "user", "content": "hello"},
        {"message": {"text": "hello"}},
        {"message": "hello", "task": "t1"},
        {"task": {"id": "t1", "status": "done"}},
        {"id": "t1", "status": {"code": 1}},
        {"status": {"state": "open"}},
        {"artifact": {"parts": []}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601}},
        {"jsonrpc": "2.0", "method": "tasks/get", "params": {"id": "t1"}},
        {"jsonrpc": "2.0", "params": [MESSAGE]},
    ],
)
def test_what_has_no_shape_of_a2a(root):
    assert carriers(root) is None


def test_things_of_other_kinds_inside_a_task_are_passed_over():
    odd = {
        "id": "t1",
        "status": {"state": "x", "message": "text"},
        "artifacts": {"a": 1},
        "history": [1, None, OLD, "x"],
    }
    assert places(odd) == ["history/2"]


def test_names_come_from_the_nearest_that_has_them():
    (carrier,) = carriers({**STATUS_UPDATE, "status": {"state": "x", "message": OLD}})
    assert carrier.context == "c9"
    by_place = {"/".join(carrier.steps): carrier for carrier in carriers(TASK)}
    assert [by_place[place].context for place in ("status/message", "artifacts/0", "history/0")] == ["c1", "c9", "c9"]
    assert [by_place[place].id for place in ("status/message", "artifacts/0")] == ["m1", "a1"]


@pytest.mark.parametrize(
    ("role", "sender"),
    [("ROLE_AGENT", "agent"), ("agent", "agent"), ("ROLE_USER", "user"), ("user", "user"), (None, "agent")],
)
def test_a_sender_is_called_the_same_in_either_version(role, sender):
    (carrier,) = carriers({"messageId": "m1", "role": role, "parts": []})
    assert carrier.sender == sender


def test_the_text_is_in_several_parts_of_several_kinds():
    parts = [
        {"text": "first", "metadata": {"a": 1}},
        {"kind": "file", "file": {"uri": "https://example.org"}},
        {"raw": "AAAA", "mediaType": "text/plain"},
        {"data": {"text": "not said"}},
        {"kind": "text", "text": ""},
        "odd",
        {"text": None},
        {"kind": "text", "text": "second\nline"},
    ]
    (carrier,) = carriers({**MESSAGE, "parts": parts})
    assert carrier.text() == "first\nsecond\nline"


@pytest.mark.parametrize(
    ("text", "reason"), [({"a": 1}, "TEXT_NOT_STRING"), (True, "TEXT_NOT_STRING"), ("\ud800", "WRONG_ENCODING")]
)
def test_a_part_whose_text_is_none_is_a_fault(text, reason):
    (carrier,) = carriers({**MESSAGE, "parts": [{"text": "fine"}, {"text": text}]})
    with pytest.raises(UntaggableError) as caught:
        carrier.text()
    assert caught.value.fault.reason == reason
