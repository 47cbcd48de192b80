"""The records that are fed."""

from __future__ import annotations

import json
from collections import Counter

from tests.chaos.feed import ID, Kind, kind, record, text
from tests.chaos.texts import texts

COUNT = 5000
WRITTEN = texts(written=True)


def test_a_number_is_a_record() -> None:
    assert record(17, WRITTEN, 6) == record(17, WRITTEN, 6)
    assert record(17, WRITTEN, 6) != record(18, WRITTEN, 6)


def test_partitions_are_fed_alike() -> None:
    counts = Counter(record(number, WRITTEN, 6).partition for number in range(COUNT))
    assert set(counts) == set(range(6))
    assert max(counts.values()) - min(counts.values()) <= 1


def test_most_can_be_tagged_and_some_cannot() -> None:
    kinds = Counter(kind(number) for number in range(COUNT))
    assert kinds[Kind.TALK] > 0.98 * COUNT
    assert kinds[Kind.TOMBSTONE] >= 5
    assert kinds[Kind.POISON] >= 5


def test_each_bears_its_number() -> None:
    assert all((ID, b"%d" % number) in record(number, WRITTEN, 6).headers for number in range(COUNT))


def test_talk_is_json_with_the_text() -> None:
    for number in range(0, COUNT, 7):
        if kind(number) is Kind.TALK:
            assert json.loads(record(number, WRITTEN, 6).value or b"")["text"] == text(number, WRITTEN)


def test_it_holds_what_tempts_a_tagger_to_change_it() -> None:
    some = [record(number, WRITTEN, 6) for number in range(COUNT)]
    assert any(b"1e400" in (one.value or b"") for one in some)
    assert any(b", " not in (one.value or b", ")[:30] for one in some)
    assert {one.key is None for one in some} == {True, False}
    assert all(one.key is not None for one in some if one.value is None)
    assert [name for name, _ in some[0].headers].count("hop") == 2
    assert ("none", None) in some[0].headers


def test_texts_are_distinct() -> None:
    assert len(WRITTEN) == len(set(WRITTEN)) >= 300
    assert len(texts()) >= len(WRITTEN)


def test_long_texts_can_be_left_out() -> None:
    assert max(map(len, texts(longest=80))) <= 80 < max(map(len, WRITTEN))
