"""Records, tags, and JSON documents spelled in every way that JSON allows."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.record import Record
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from random import Random

EXTENSION = "https://w3id.org/emotag/emotion/v1"

MODEL = ModelName("emotag-base", "0.1.0", "0123456789abcdef" * 4)
LABELS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def make_tag(label="joy", score=0.912345678, **changes):
    scores = tuple(score if name == label else 0.01 * place for place, name in enumerate(LABELS))
    fields = {
        "labels": (label,),
        "categories": LABELS,
        "scores": scores,
        "taxonomy": "ekman",
        "model": MODEL,
        "tagged_at": 1_763_848_484.123,
    }
    return MessageTag(label, score, **{**fields, **changes})


JOY = make_tag()
FEAR = make_tag("fear", 0.5, uncertain=True, truncated=True, labels=())


def make_record(value, *headers, key=b"k"):
    return Record("agents", 3, 41, 1_763_848_484_000, key, value, tuple(headers))


def read(codec, value, *headers):
    return codec.read(make_record(value, *headers))


def written(codec, value, *headers, tag=JOY):
    record = make_record(value, *headers)
    return codec.write(record, codec.read(record), tag)


def tagged(codec, value, *headers, tag=JOY):
    """The value that comes out; the headers must stay as they are."""
    value, kept = written(codec, value, *headers, tag=tag)
    assert kept == headers
    return value


def reason_of(codec, value, *headers):
    with pytest.raises(UntaggableError) as caught:
        read(codec, value, *headers)
    return caught.value.fault.reason


def detail_of(codec, value, *headers):
    with pytest.raises(UntaggableError) as caught:
        read(codec, value, *headers)
    return caught.value.fault.detail


def sender_of(codec, value, *headers):
    """Who said what cannot be tagged, as far as its error knows."""
    with pytest.raises(UntaggableError) as caught:
        read(codec, value, *headers)
    return caught.value.sender


def json_codec(**options):
    return make_codec("json", **options)


def exactly(text: str) -> Any:
    """Parse JSON and lose nothing: members as pairs, in order, duplicates kept; numbers as spelled."""
    return json.loads(
        text, object_pairs_hook=list, parse_int=lambda s: ("number", s), parse_float=lambda s: ("number", s)
    )


def inserted(before: bytes, after: bytes) -> bytes:
    """What was added, provided that everything else stayed byte for byte and in its place; else an assertion."""
    start = 0
    while start < len(before) and before[start] == after[start]:
        start += 1
    grown = len(after) - len(before)
    assert grown >= 0
    # the added part may begin with what follows it, so its start is not unique: the common prefix is the latest
    assert after[:start] + after[start + grown :] == before
    return after[start : start + grown]


# Documents as trees that keep what JSON can spell and Python's dict and float cannot: pairs, and numbers as text.

NUMBERS = st.one_of(
    st.sampled_from(["-0", "1.0", "1e400", "-1E-400", "12345678901234567890", "0.10", "9007199254740993", "7" * 50]),
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
TEXTS = st.text(max_size=12)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS.map(lambda n: ("number", n)), TEXTS.map(lambda t: ("string", t)))


def _containers(inner):
    arrays = st.lists(inner, max_size=4).map(lambda entries: ("array", entries))
    return st.one_of(arrays, pairs_of(inner).map(lambda pairs: ("object", pairs)))


def pairs_of(values):
    return st.lists(st.tuples(TEXTS, values), max_size=4)


TREES = st.recursive(SCALARS, _containers, max_leaves=12)


def spelled(tree: Any, random: Random) -> str:
    """Write a tree as JSON, with white space, escapes and order as chance has it."""
    space = lambda: random.choice(["", "", "", " ", "\n  ", "\t", "\r\n"])  # noqa: E731
    if tree is None or isinstance(tree, bool):
        return json.dumps(tree)
    kind, content = tree
    if kind == "number":
        return content
    if kind == "string":
        return spelled_string(content, random)
    if kind == "array":
        return f"[{space()}{','.join(f'{space()}{spelled(entry, random)}{space()}' for entry in content)}]"
    members = [
        f"{space()}{spelled_string(name, random)}{space()}:{space()}{spelled(value, random)}{space()}"
        for name, value in content
    ]
    return f"{{{space()}{','.join(members)}}}"


def spelled_string(text: str, random: Random) -> str:
    return f'"{"".join(_spelled_character(character, random) for character in text)}"'


def _spelled_character(character: str, random: Random) -> str:
    if character == "/" and random.random() < 0.5:
        return "\\/"
    if character in '"\\' or ord(character) < 32 or random.random() < 0.2:
        units = character.encode("utf-16-be")
        codes = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
        return "".join("\\u" + (code.upper() if random.random() < 0.5 else code) for code in codes)
    return character
