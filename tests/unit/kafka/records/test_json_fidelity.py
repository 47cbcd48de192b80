"""Any document at all: what comes out is what went in, plus the tag."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.kafka.records.json_document import parse
from tests.unit.kafka.records.helpers import (
    ENCODINGS,
    FEAR,
    JOY,
    MARKS,
    TEXTS,
    TREES,
    exactly,
    inserted,
    json_codec,
    make_record,
    pairs_of,
    read,
    spelled,
    written,
)

RANDOM = st.randoms(use_true_random=False)
HEADERS = st.lists(st.tuples(st.text(max_size=3), st.none() | st.binary(max_size=3)), max_size=3)
SAID = st.text(min_size=1, max_size=12)


def pairs_without(name, pairs):
    return [(other, value) for other, value in pairs if other != name]


@st.composite
def messages(draw, tag=None):
    """A document as (tree, bytes, encoding): members in any order and number, the text among them, duplicates too."""
    members = pairs_without("emotion", pairs_without("text", draw(pairs_of(TREES))))
    for said in draw(st.lists(SAID, min_size=1, max_size=2)):
        members.insert(draw(st.integers(0, len(members))), ("text", ("string", said)))
    if tag is not None:
        members.insert(draw(st.integers(0, len(members))), ("emotion", draw(tag)))
    encoding = draw(st.sampled_from(ENCODINGS))
    mark = MARKS[encoding] if draw(st.booleans()) else b""
    space = draw(st.sampled_from(["", " ", "\n"]))
    text = space + spelled(("object", members), draw(RANDOM)) + space
    return members, mark + text.encode(encoding), encoding, len(mark)


def decoded(value, encoding, mark):
    return value[mark:].decode(encoding)


@settings(max_examples=60, deadline=None)
@given(messages(), HEADERS)
def test_only_the_tag_is_added(message, headers):
    _, before, encoding, mark = message
    after, kept = written(json_codec(), before, *headers)
    assert kept == tuple(headers)
    assert inserted(before, after)
    assert exactly(decoded(after, encoding, mark))[:-1] == exactly(decoded(before, encoding, mark))
    assert exactly(decoded(after, encoding, mark))[-1][0] == "emotion"
    assert json.loads(after)["emotion"] == JOY.document()


@settings(max_examples=60, deadline=None)
@given(messages())
def test_the_short_way_through_a_document_is_the_long_one(message):
    _, before, *_ = message
    codec, record = json_codec(), make_record(before)
    short, long = codec.read(record), codec.read_document(parse(before))
    assert short == long
    assert codec.write(record, short, JOY) == codec.write(record, long, JOY)


@settings(max_examples=50, deadline=None)
@given(messages())
def test_the_last_text_is_what_was_said(message):
    members, before, *_ = message
    said = [value[1] for name, value in members if name == "text"]
    assert read(json_codec(), before).text == said[-1]


@settings(max_examples=50, deadline=None)
@given(messages())
def test_tagging_twice_is_tagging_once(message):
    _, before, *_ = message
    codec = json_codec()
    once, _ = written(codec, before)
    assert read(codec, once).tagged
    assert written(codec, once)[0] == once
    other, _ = written(codec, once, tag=FEAR)
    assert other == written(codec, before, tag=FEAR)[0]


EARLIER = st.one_of(
    st.just(None),
    st.just(("string", "")),
    pairs_of(TREES).map(lambda pairs: ("object", [*pairs, ("category", ("string", "joy"))])),
)


@settings(max_examples=50, deadline=None)
@given(messages(tag=EARLIER))
def test_an_earlier_tag_is_replaced_where_it_stands(message):
    _, before, encoding, mark = message
    after, _ = written(json_codec(), before)
    pairs, changed = exactly(decoded(before, encoding, mark)), exactly(decoded(after, encoding, mark))
    assert [name for name, _ in changed] == [name for name, _ in pairs]
    assert [pair for pair in changed if pair[0] != "emotion"] == [pair for pair in pairs if pair[0] != "emotion"]
    assert json.loads(after)["emotion"] == JOY.document()
    assert written(json_codec(), after)[0] == after


@settings(max_examples=50, deadline=None)
@given(pairs_of(TREES), st.lists(TEXTS, min_size=1, max_size=3), SAID, TEXTS, RANDOM)
def test_the_tag_goes_to_any_depth(members, steps, said, field, random):
    """A chain of objects with bystanders at every level; text and tag at its end."""
    tag = field + "!"
    tree = ("object", [*pairs_without(tag, pairs_without(field, members)), (field, ("string", said))])
    for step in reversed(steps):
        tree = ("object", [*members, (step, tree)])
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    escaped = field.replace("~", "~0").replace("/", "~1")
    codec = json_codec(text_field=f"{pointer}/{escaped}", tag_field=f"{pointer}/{escaped}!")
    before = spelled(tree, random).encode()
    assert read(codec, before).text == said
    after, _ = written(codec, before)
    assert inserted(before, after)
    place = json.loads(after)
    for step in steps:
        place = place[step]
    assert place[tag] == JOY.document()
    assert written(codec, after)[0] == after
