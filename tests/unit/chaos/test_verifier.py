"""The verifier finds each way in which a tagger can be wrong, and nothing in a right one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.chaos.feed import POISON_EVERY, TOMBSTONE_EVERY, Kind, kind, record
from tests.chaos.reader import Seen
from tests.chaos.truth import Expected
from tests.chaos.verifier import Verifier, inserted, text_of

TEXTS = ("thank you", "this is an outrage", "where is it?", "x" * 20)
TRUTH = {
    "thank you": Expected("joy", 0.9),
    "this is an outrage": Expected("anger", 0.75),
    "where is it?": Expected("neutral", 0.5),
    "x" * 20: Expected("", 0.0, "TooLongError"),
}
PARTITIONS = 3
COUNT = 600  # beyond the first tombstone and the first poison

Records = list[Seen]


def fed() -> Records:
    ends = [0] * PARTITIONS
    records = []
    for number in range(COUNT):
        one = record(number, TEXTS, PARTITIONS)
        place = one.partition
        records.append(Seen(place, ends[place], one.timestamp, one.key, one.value, tuple(one.headers)))
        ends[place] += 1
    return records


def is_dead(seen: Seen) -> bool:
    return kind(seen.id) is Kind.POISON or (kind(seen.id) is Kind.TALK and bool(TRUTH[text_of(seen)].error))


def tag(seen: Seen, *, label: str = "", score: float = -1.0) -> Seen:
    """What a right tagger makes of a record that can be published, unless told otherwise."""
    if seen.value is None:
        return seen._replace(headers=(*seen.headers, ("emotion-status", b"SKIPPED")))
    expected = TRUTH[text_of(seen)]
    label, score = label or expected.label, expected.score if score < 0 else score
    document = json.dumps({"category": label, "confidence": score}).encode()
    headers = (("emotion-label", label.encode()), ("emotion-score", b"%f" % score), ("emotion-status", b"OK"))
    return seen._replace(
        value=seen.value.rstrip()[:-1] + b',"emotion": ' + document + b"}" if seen.value.endswith(b'"}') else
        _with(seen.value, document),
        headers=(*seen.headers, *headers),
    )  # fmt: skip


def _with(value: bytes, document: bytes) -> bytes:
    end = value.rindex(b"}")
    head = value[:end].rstrip()
    return head + b', "emotion": ' + document + value[len(head) :]


def split() -> tuple[Records, Records, Records]:
    records = fed()
    return (
        records,
        [tag(seen) for seen in records if not is_dead(seen)],
        [seen._replace(headers=(*seen.headers, ("reason", b"x"))) for seen in records if is_dead(seen)],
    )


def place_of(tagged: Records, wanted: Kind = Kind.TALK) -> int:
    return next(place for place, seen in enumerate(tagged) if kind(seen.id) is wanted)


def test_a_right_tagger_is_clean() -> None:
    records, tagged, dead = split()
    assert {kind(seen.id) for seen in records} == set(Kind)
    findings = Verifier(records, TRUTH).verify(tagged, dead)
    assert findings.clean, findings.examples
    assert findings.fed == COUNT


def test_order_between_partitions_does_not_matter() -> None:
    records, tagged, dead = split()
    tagged.sort(key=lambda seen: (-seen.partition, seen.offset))
    assert Verifier(records, TRUTH).verify(tagged, dead).clean


Break = Callable[[Records, Records], None]


def lose(tagged: Records, dead: Records) -> None:
    tagged.pop(7)
    dead.pop()


def double(tagged: Records, dead: Records) -> None:
    tagged.append(tagged[-1])
    dead.append(dead[-1])


def publish_and_bury(tagged: Records, dead: Records) -> None:
    dead.insert(0, tagged[0]._replace(headers=tagged[0].headers[:5], value=record(tagged[0].id, TEXTS, 3).value))


def swap(tagged: Records, _: Records) -> None:
    tagged[0], tagged[3] = tagged[3], tagged[0]


def invent(tagged: Records, _: Records) -> None:
    tagged.append(tagged[0]._replace(headers=(("message-id", b"999999"),)))


def anonymous(tagged: Records, _: Records) -> None:
    tagged.append(tagged[0]._replace(headers=()))


def change(**changes: object) -> Break:
    def apply(tagged: Records, _: Records) -> None:
        tagged[0] = tagged[0]._replace(**changes)

    apply.__name__ = "-".join(changes)
    return apply


def drop_a_header(tagged: Records, _: Records) -> None:
    tagged[0] = tagged[0]._replace(headers=tuple(one for one in tagged[0].headers if one != ("hop", b"b")))


def reformat(tagged: Records, _: Records) -> None:
    place = next(place for place, seen in enumerate(tagged) if b"1e400" in (seen.value or b""))
    tagged[place] = tagged[place]._replace(value=(tagged[place].value or b"").replace(b"1e400", b"Infinity"))


def fill_a_tombstone(tagged: Records, _: Records) -> None:
    place = place_of(tagged, Kind.TOMBSTONE)
    tagged[place] = tagged[place]._replace(value=b"")


def mislabel(tagged: Records, _: Records) -> None:
    tagged[0] = tag(fed()[tagged[0].id], label="disgust")


def misjudge(tagged: Records, _: Records) -> None:
    tagged[0] = tag(fed()[tagged[0].id], score=0.9001)


def bury(tagged: Records, dead: Records) -> None:
    tagged.pop(0)
    dead.insert(0, fed()[0])


def publish_poison(tagged: Records, dead: Records) -> None:
    tagged.extend(seen._replace(headers=(*seen.headers, ("emotion-status", b"FAILED"))) for seen in dead)
    dead.clear()


@pytest.mark.parametrize(
    ("broken", "problems"),
    [
        (lose, {"lost": 2}),
        (double, {"doubled": 2}),
        (publish_and_bury, {"doubled": 1}),
        (swap, {"disordered": 1}),
        (invent, {"altered": 1}),
        (anonymous, {"altered": 1}),
        (change(key=b"other"), {"altered": 1}),
        (change(timestamp=5), {"altered": 1}),
        (change(partition=1), None),
        (drop_a_header, {"altered": 1}),
        (reformat, {"altered": 1}),
        (fill_a_tombstone, {"altered": 1}),
        (mislabel, {"wrong": 2}),
        (misjudge, {"wrong": 2}),
        (bury, {"altered": 1}),
    ],
)
def test_finds(broken: Break, problems: dict[str, int] | None) -> None:
    records, tagged, dead = split()
    broken(tagged, dead)
    findings = Verifier(records, TRUTH).verify(tagged, dead)
    assert not findings.clean
    if problems is not None:
        assert findings.problems() == problems, findings.examples
    assert findings.examples


def test_finds_what_should_have_been_a_dead_letter() -> None:
    records, tagged, dead = split()
    buried = len(dead)
    publish_poison(tagged, dead)
    tagged.sort(key=lambda seen: (seen.partition, seen.offset))
    assert Verifier(records, TRUTH).verify(tagged, dead).altered >= buried


def test_an_empty_topic_proves_nothing() -> None:
    assert not Verifier([], TRUTH).verify([], []).clean


def fed_twice() -> tuple[Records, Records, Records]:
    """The last record of a partition is in the input twice; it comes out twice."""
    records, tagged, dead = split()
    last = records[-2]._replace(offset=records[-2].offset + 1)
    return [*records, last], [*tagged, tag(last)], dead


def test_what_was_fed_twice_has_to_come_twice() -> None:
    records, tagged, dead = fed_twice()
    assert Verifier(records, TRUTH).verify(tagged, dead).clean
    assert Verifier(records, TRUTH).verify(tagged[:-1], dead).problems() == {"lost": 1}
    assert Verifier(records, TRUTH).verify([*tagged, tagged[-1]], dead).problems() == {"doubled": 1}


def test_poison_and_tombstones_differ() -> None:
    assert kind(POISON_EVERY - 1) is Kind.POISON
    assert kind(TOMBSTONE_EVERY - 1) is Kind.TOMBSTONE


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (b'{"a":1}', b'{"a":1,"emotion":{"x":2}}', {"x": 2}),
        (b'{"a":1 }', b'{"a":1, "emotion": {"x":2} }', {"x": 2}),
        (b'{"a":1}', b'{"emotion":{"x":2},"a":1}', {"x": 2}),
        (b"{}", b'{"emotion":{"x":2}}', {"x": 2}),
        (b'{"a":"\\"emotion\\""}', b'{"a":"\\"emotion\\"","emotion":{}}', {}),
        (b'{"a":1}', b'{"a":1}', None),
        (b'{"a":1}', b'{"a":1.0,"emotion":{"x":2}}', None),
        (b'{"a":1,"b":2}', b'{"a":1,"emotion":{"x":2}}', None),
        (b'{"a":1}', b'{"a":1,"emotion":"joy"}', None),
        (b'{"a":1}', b'{"a":1,"b":3,"emotion":{"x":2}}', None),
        (b'{"a":1}', b'{"a":1,"emotion":{"x":2},"b":3}', None),
    ],
)
def test_only_the_tag_may_be_put_in(before: bytes, after: bytes, found: object) -> None:
    assert inserted(before, after) == found
