"""Whatever a message is, it has its own clear answer, and its neighbours in the same stream are tagged."""

from __future__ import annotations

import pytest

from emotag import EmotionClient, InvalidArgumentError, Message, Tag

FINE = "Thank you so much, this is wonderful!"
HOSTILE = {
    "empty": Message("", id="empty"),
    "blank": Message(" \n\t ", id="blank"),
    "5 MB": Message("x" * (5 << 20), id="5 MB"),
    "5 MB of words": Message("word " * (1 << 20), id="5 MB of words"),
    "20 MB": Message("x" * (20 << 20), id="20 MB"),
    "lone surrogate": Message("\ud800 lone", id="lone surrogate"),
    "repeated id": Message(FINE, id="fine-0"),
    "expired": Message(FINE, id="expired", time_to_live=0.0),
    "expired before": Message(FINE, id="expired before", time_to_live=-5.0),
    "too long a name": Message(FINE, id="too long a name", sender="s" * 300),
}
ODD_BUT_FINE = {
    "NUL": "I love this \x00 so much",
    "emoji": "😡😡😡🤬",
    "right to left": "أنا سعيد جدا \u202e happy",
    "zero width": "I\u200b am\u200d \u2060happy\ufeff",
    "combining": "e" + "\u0301" * 500,
    "one long word": "a" * 60_000,
    "controls": "".join(map(chr, range(1, 32))) + "ok",
    "only punctuation": "?!…",
    "noncharacter": "\uffff \U0010ffff",
}
CODES = {"expired": "DEADLINE_EXCEEDED", "expired before": "DEADLINE_EXCEEDED"}
FIELDS = {
    "empty": "text",
    "blank": "text",
    "5 MB": "text",
    "5 MB of words": "text",
    "20 MB": "text",
    "lone surrogate": "text",
    "repeated id": "id",
    "too long a name": "sender",
}


@pytest.fixture(scope="module")
def tags(service: str) -> list[Tag]:
    """A stream of hostile and odd messages, each between two that are fine."""
    messages: list[Message] = []
    hostile = [*HOSTILE.values(), *(Message(text, id=name) for name, text in ODD_BUT_FINE.items())]
    for number, one in enumerate(hostile):
        messages += [Message(FINE, id=f"fine-{number}"), one]
    messages.append(Message(FINE, id="fine-last"))
    with EmotionClient(service) as client:
        return list(client.stream(messages))


def test_neighbours_are_tagged(tags: list[Tag]) -> None:
    fine = tags[::2]
    assert len(fine) == len(HOSTILE) + len(ODD_BUT_FINE) + 1
    assert {tag.label for tag in fine} == {"joy"}
    assert {round(tag.score, 4) for tag in fine} == {round(fine[0].score, 4)}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_hostile_have_their_own_errors(tags: list[Tag], name: str) -> None:
    tag = tags[1::2][list(HOSTILE).index(name)]
    assert tag.error is not None
    assert tag.label == ""
    assert tag.error.code == CODES.get(name, "INVALID_ARGUMENT")
    assert tag.error.field == FIELDS.get(name, "")
    assert isinstance(tag.error, InvalidArgumentError) is (name not in CODES)


@pytest.mark.parametrize("name", ODD_BUT_FINE)
def test_the_odd_are_tagged(tags: list[Tag], name: str) -> None:
    tag = tags[1::2][len(HOSTILE) + list(ODD_BUT_FINE).index(name)]
    assert (tag.message_id, tag.error) == (name, None)
    assert 0.0 <= tag.score <= 1.0


def test_unary_answers_are_the_same(service: str) -> None:
    messages = [one for name, one in HOSTILE.items() if name not in {"20 MB", "repeated id"}]
    with EmotionClient(service) as client:
        tags = client.classify_many(messages)
    assert [tag.error and tag.error.code for tag in tags] == [CODES.get(one.id, "INVALID_ARGUMENT") for one in messages]
