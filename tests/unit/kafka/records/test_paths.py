import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.paths import index_of, parse_path
from emotag_service.messages.text import MISSING

DOCUMENT = {
    "text": "top",
    "payload": {"message": {"text": "nested"}, "parts": [{"text": "first"}, {"text": "second"}]},
    "a.b": {"~1": "a tilde and a one", "c/d": {"~": "odd", "": "empty name"}},
    "nothing": None,
    "0": "a name that looks like an index",
}


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("text", "top"),
        ("payload.message.text", "nested"),
        ("/payload/message/text", "nested"),
        ("payload.parts.0.text", "first"),
        ("/payload/parts/1/text", "second"),
        ("/a.b/c~1d/~0", "odd"),
        ("/a.b/c~1d/", "empty name"),
        ("/a.b/~01", "a tilde and a one"),
        ("0", "a name that looks like an index"),
        ("nothing", None),
    ],
)
def test_what_a_path_leads_to(spelled, expected):
    assert parse_path("--text-field", spelled).find(DOCUMENT) == expected


@pytest.mark.parametrize(
    "spelled",
    [
        "absent",
        "text.further",
        "payload.absent.text",
        "payload.parts.2.text",
        "payload.parts.00.text",
        "payload.parts.-1.text",
        "payload.parts.-.text",
        "payload.parts.text",
        "payload.parts.1e0.text",
        "payload.parts.٠.text",
        "nothing.more",
        "/payload/parts/99999999999999999999/text",
        "/",
    ],
)
def test_a_path_to_nowhere(spelled):
    assert parse_path("--text-field", spelled).find(DOCUMENT) is MISSING


@pytest.mark.parametrize("spelled", ["", ".", "a.", ".a", "a..b"])
def test_an_empty_step_is_refused_with_the_fix(spelled):
    with pytest.raises(ValueError, match=r"--tag-field: a step of .* is empty; .*JSON Pointer"):
        parse_path("--tag-field", spelled)


@pytest.mark.parametrize("spelled", ["/a~", "/a~2", "/~a/b"])
def test_a_bad_escape_is_refused_with_the_fix(spelled):
    with pytest.raises(ValueError, match=r"--text-field: .*~0.*~1"):
        parse_path("--text-field", spelled)


@given(st.lists(st.text(), min_size=1))
def test_a_pointer_says_any_names(names):
    spelled = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    path = parse_path("--text-field", spelled)
    assert path.steps == tuple(names)
    assert str(path) == spelled
    assert path.parent.steps == tuple(names[:-1])


def test_which_path_leads_through_which():
    text, payload = parse_path("o", "payload.text"), parse_path("o", "/payload")
    assert text.within(payload)
    assert text.within(text)
    assert not payload.within(text)
    assert not text.within(parse_path("o", "payload.tex"))


@given(st.integers(0, 50), st.integers(0, 50))
def test_an_index_counts_from_zero_and_ends_with_the_array(index, length):
    assert index_of(str(index), length) == (index if index < length else None)
