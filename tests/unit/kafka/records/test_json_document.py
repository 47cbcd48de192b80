import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.kafka.records import json_document
from emotag_service.kafka.records.json_document import Number, parse, usual_root
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import ENCODINGS, MARKS, TREES, exactly, spelled


def fault_of(value):
    with pytest.raises(UntaggableError) as caught:
        parse(value)
    return caught.value.fault


@pytest.mark.parametrize("number", ["0", "-0", "1.0", "1e400", "1E-9999", "12345678901234567890", "9" * 5_000])
def test_a_number_stays_as_it_is_spelled(number):
    root = parse(f'{{"n":{number}}}'.encode()).root
    assert root == {"n": number}
    assert type(root["n"]) is Number


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"   ",
        b"{",
        b'{"text":"cut',
        b'{"text":"a"} trailing',
        b'{"text":"a"}{"text":"b"}',
        b"{'text':'a'}",
        b'{"text":"a",}',
        b'{"a" 1}',
        b"[1,]",
        b'{"text":"line\nbreak"}',
        b'{"text":"\\x"}',
        b'{"text":"\\ud8"}',
        b'{"text":01}',
        b'{"text":+1}',
        b'{"text":.5}',
        b"nul",
        b'// comment\n{"text":"a"}',
        b'\xa0{"text":"a"}'.decode("latin-1").encode(),
        b'{"text":"a"}\0',
        b'\xef\xbb\xbf\xef\xbb\xbf{"text":"a"}',
    ],
)
def test_what_is_not_json_is_a_fault(value):
    assert fault_of(value).reason == "NOT_JSON"


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_json_has_not_are_a_fault(constant):
    fault = fault_of(b'{"text":"a","n":%s}' % constant)
    assert fault.reason == "NOT_JSON"
    assert "NaN and Infinity" in fault.detail or "NaN or Infinity" in fault.detail


def test_a_fault_says_where_and_never_what():
    fault = fault_of(b'{"text":"my secret",,}')
    assert "character 20" in fault.detail
    assert "secret" not in str(fault)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"text":"a","deep":' + b"["])
def test_nesting_deeper_than_the_parser_goes_is_a_fault(opening):
    assert fault_of(opening * 100_000).reason == "TOO_DEEP"


def bomb(parts):
    return b'{"text":"hi","a":[%s1]}' % (b"1," * (parts - 3))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (bomb(320_001), "more than 320,000 commas and opening brackets"),
        (bomb(320_001).decode().encode("utf-16"), "more than 320,000 commas and opening brackets"),
        (b'{"a":[%s]}' % b",".join([b'{"":[[]]}'] * 90_000), "more than 320,000 commas and opening brackets"),
        (b'{"text":"%s"}' % (b"x" * (8 << 20)), "8,388,619 bytes, more than the 8,388,608 that are parsed"),
        (b"[" * (9 << 20), "9,437,184 bytes"),
    ],
)
def test_more_than_may_be_scanned_at_once_is_a_fault_and_is_not_scanned(monkeypatch, value, said):
    scanned = []
    monkeypatch.setattr(json_document, "_scan", lambda *given: scanned.append(given))
    fault = fault_of(value)
    assert (fault.reason, said in fault.detail) == ("JSON_TOO_LARGE", True)
    assert usual_root(value) is None
    assert not scanned


@pytest.mark.parametrize("value", [bomb(320_000), b'{"text":"%s"}' % (b"x" * ((8 << 20) - 11))])
def test_what_is_as_large_as_may_be_is_parsed(value):
    assert parse(value).root.keys() == usual_root(value).keys()


@pytest.mark.parametrize("value", [b"\xff\xfe\xff", b'{"text":"\xe9"}', b'{"text":"\xed\xa0\x80"}', b"\0{\0}\0"])
def test_bytes_in_no_encoding_are_a_fault(value):
    assert fault_of(value).reason == "WRONG_ENCODING"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("marked", [False, True])
def test_a_place_in_the_text_is_a_place_in_the_bytes(encoding, marked):
    text = '  {"é😀": "ß", "text": "a"} '
    value = (MARKS[encoding] if marked else b"") + text.encode(encoding)
    document = parse(value)
    mark = len(MARKS[encoding]) if marked else 0
    for at in range(len(text) + 1):
        assert document.byte(at) == mark + len(text[:at].encode(encoding))


def test_of_members_with_one_name_the_last_counts_and_is_the_one_that_is_located():
    text = '{"a":{"x":1},"a":{"x":2, "x" :3}}'
    document = parse(text.encode())
    assert document.root == {"a": {"x": "3"}}
    start, end = document.locate(("a", "x"))
    assert (text[start:end], start) == ("3", text.rindex("3"))


def test_a_name_is_found_however_it_is_escaped():
    text = '{"emot\\u0069on" : "joy" }'
    start, end = parse(text.encode()).locate(("emotion",))
    assert text[start:end] == '"joy"'


@pytest.mark.parametrize(
    ("text", "steps", "left", "empty"),
    [
        ('{"a":1}', (), '{"a":1', False),
        ('{"a":1\n}\n', (), '{"a":1', False),
        ("{}", (), "{", True),
        ("{ \t\n}", (), "{", True),
        (' {"a":{} }', ("a",), ' {"a":{', True),
        ('{"a":[ ]}', ("a",), '{"a":[', True),
        ('{"a":[1, [] ]}', ("a",), '{"a":[1, []', False),
        ('{"a":[{"b":{"c":null } }]}', ("a", "0", "b"), '{"a":[{"b":{"c":null', False),
    ],
)
def test_the_room_for_more_is_right_after_the_last_member(text, steps, left, empty):
    document = parse(text.encode())
    at, is_empty = document.room(document.locate(steps))
    assert (text[:at], is_empty) == (left, empty)


def every_place(tree, steps=()):
    yield steps, tree
    kind, content = tree if isinstance(tree, tuple) else ("scalar", None)
    if kind == "array":
        for index, entry in enumerate(content):
            yield from every_place(entry, (*steps, str(index)))
    if kind == "object":
        for name, value in dict(content).items():  # the last of each name, as a reader has it
            yield from every_place(value, (*steps, name))


@settings(max_examples=60, deadline=None)
@given(TREES, st.randoms(use_true_random=False), st.sampled_from(ENCODINGS[:3]))
def test_every_value_is_located_where_it_stands(tree, random, encoding):
    text = spelled(tree, random)
    document = parse(text.encode(encoding))
    assert document.text == text
    for steps, subtree in every_place(tree):
        start, end = document.locate(steps)
        assert text[start:end] == text[start:end].strip()
        assert exactly(text[start:end]) == exactly(spelled(subtree, random))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='{}[]",:\\ntf 01.e-', max_size=30))
def test_it_accepts_what_the_standard_parser_accepts(text):
    try:
        json.loads(text)
    except ValueError:
        assert fault_of(text.encode()).reason == "NOT_JSON"
    else:
        parse(text.encode())


def test_a_usual_document_is_an_object_with_nothing_around_it():
    assert usual_root('{"a":1.0,"a":"ü"}'.encode()) == {"a": "ü"}
    assert type(usual_root(b'{"n":7}')["n"]) is Number


@pytest.mark.parametrize(
    "value",
    [
        b"", b"{}", b'{"', b'"text"', b'["a"]', b'{ "a":1}', b' {"a":1}', b'{"a":1 }', b'{"a":1\n}', b'{"a":1} ',
        b'{"a":1}{', b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":' * 50_000, b'{"a":1', '{"a":1}'.encode("utf-16-le"),
        b'\xef\xbb\xbf{"a":1}',
    ],
)  # fmt: skip
def test_no_other_document_is_usual(value):
    assert usual_root(value) is None


@pytest.mark.parametrize(
    ("text", "tight"),
    [
        ('{"a":1}', True),
        (' {"a":[]}', True),
        ('{"a":"ü"}', True),
        ("{}", False),
        ('{"a":1 }', False),
        ('{"a":1}\n', False),
    ],
)
def test_it_ends_tight_where_nothing_stands_before_or_behind_the_last_brace(text, tight):
    assert parse(text.encode()).ends_tight() == tight
    assert not parse(text.encode("utf-16-le")).ends_tight()


@settings(max_examples=150, deadline=None)
@given(TREES, st.randoms(use_true_random=False))
def test_a_usual_document_says_what_any_parser_finds_in_it_and_ends_where_its_last_member_does(tree, random):
    value = spelled(tree, random).encode()
    root = usual_root(value)
    if root is not None:
        document = parse(value)
        assert root == document.root
        assert document.room(document.span) == (len(document.text) - 1, False)
