"""Chunks are cut as GloVe was: Penn-style, lower-case, with the signs of chat understood."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.text.rules import EMOTICONS, SPELLINGS, Rules
from emotag_model.text.splitter import CODE, COMMUNITY, EMAIL, FLAG, MARKS, PATH, URL, USER, Splitter

SPLITTER = Splitter()


def split(text: str) -> list[str]:
    return [word for chunk in text.split() for word in SPLITTER.split(chunk)]


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("Hello", ["hello"]),
        ("don't", ["do", "n't"]),
        ("Don\u2019t", ["do", "n't"]),
        ("dont", ["do", "n't"]),
        ("can't", ["ca", "n't"]),
        ("won't", ["wo", "n't"]),
        ("you're", ["you", "'re"]),
        ("I'm", ["i", "'m"]),
        ("IM", ["i", "'m"]),
        ("they'll", ["they", "'ll"]),
        ("dog's", ["dog", "'s"]),
        ("shouldn't've", ["should", "n't", "'ve"]),
        ("cannot", ["can", "not"]),
        ("'em", ["'em"]),
        ("'tis", ["'", "tis"]),
        ("'don't'", ["'", "do", "n't", "'"]),
        ("well-known", ["well-known"]),
        ("rock'n'roll", ["rock'n'roll"]),
    ],
)
def test_words_and_contractions(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("no!", ["no", "!"]),
        ("no!!!!", ["no", "!!"]),
        ("what???", ["what", "??"]),
        ("what?!?", ["what", "?!"]),
        ("wait..", ["wait", "..."]),
        ("wait\u2026", ["wait", "..."]),
        ("\u201cno\u201d", ['"', "no", '"']),
        ("====", ["="]),
        ("snake_case", ["snake", "_", "case"]),
        ("$1,000.50", ["$", "1,000.50"]),
        ("10/10", ["10/10"]),
        ("20th", ["20th"]),
        ("1990s", ["1990s"]),
        ("20thousand", ["20", "thousand"]),
        ("55k", ["55", "k"]),
        ("1.2.3.", ["1.2.3", "."]),
    ],
)
def test_punctuation_and_numbers(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("https://example.org/a?b=c", [URL]),
        ("(http://example.org)", ["(", URL, ")"]),
        ("www.example.org", [URL]),
        ("@someone", [USER]),
        ("u/someone", [USER]),
        ("/u/someone", [USER]),
        ("r/aww", [COMMUNITY]),
        ("[NAME]'s", ["[name]", "'s"]),
        ("[RELIGION].", ["[religion]", "."]),
        ("[names]", ["[", "names", "]"]),
        ("/s", ["/s"]),
        ("and/say", ["and", "/", "say"]),
        ("me@example.org", [EMAIL]),
        ("<me.too+x@mail.example.org>,", ["<", EMAIL, ">", ","]),
        ("me@localhost", ["me", "@", "localhost"]),
        ("/usr/lib/python3/x.py", [PATH]),
        ("(./a/b),", ["(", PATH, ")", ","]),
        ("~/notes/today/", [PATH]),
        ("C:\\Users\\me\\x.txt", [PATH]),
        ("and/or/maybe", ["and", "/", "or", "/", "maybe"]),
        ("/help", ["/", "help"]),
        ("5f2b8c1e-1111-2222-3333-123456789abc", [CODE]),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", [CODE]),
        ("12345678901234567890", ["12345678901234567890"]),
        ("internationalisation", ["internationalisation"]),
        ("W2378156", ["w", "2378156"]),
        ("\\n\\nYou", ["you"]),
        ('\\"hi\\"', ["hi"]),
        ("🇺🇸🇩🇪", [FLAG, FLAG]),
        ("🇿", [FLAG]),
    ],
)
def test_marks_stand_for_what_they_replace(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize("emoticon", EMOTICONS)
def test_every_emoticon_is_its_emoji_alone_in_any_case_and_before_a_stop(emoticon):
    assert SPLITTER.split(emoticon) == [EMOTICONS[emoticon]]
    assert SPLITTER.split(emoticon.upper()) == [EMOTICONS[emoticon]]
    assert SPLITTER.split(f"{emoticon}.") == [EMOTICONS[emoticon], "."]


@pytest.mark.parametrize(
    "chunk",
    [
        "(note):",
        '"key":[1]',
        "**bold:**",
        "C:/Users",
        "f(x)=(a)",
        "10:3",
        "id:p4",
        "box:",
        "xdrive",
        "a:|b",
        "foo:(bar)",
    ],
)
def test_technical_text_has_no_emoticons(chunk):
    assert not set(SPLITTER.split(chunk)) & set(EMOTICONS.values())


def test_an_emoticon_may_cling_to_a_word():
    assert SPLITTER.split("thanks:)") == ["thanks", "🙂"]


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("😂😂", ["😂", "😂"]),
        ("👍🏽", ["👍"]),
        ("❤\ufe0f", ["❤"]),
        ("👩\u200d👧", ["👩", "👧"]),
        ("🤷🏽\u200d♀\ufe0f", ["🤷"]),
        ("❤\ufe0f\u200d🔥", ["❤", "🔥"]),
        ("♀", ["♀"]),
        ("1\ufe0f\u20e3", ["1"]),
        ("ok👌", ["ok", "👌"]),
    ],
)
def test_emoji_without_skin_joiner_or_selector(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("cafe\u0301", ["café"]),
        ("ＷＯＷ", ["wow"]),
        ("\U0001d4f1\U0001d4f2", ["hi"]),
        ("مرحبا", ["مرحبا"]),
        ("你好", ["你好"]),
        ("a\u200bb", ["ab"]),
        ("a\0b", ["ab"]),
        ("a\ud800b", ["ab"]),
        ("hahahaha", ["haha"]),
        ("bahahah", ["haha"]),
    ],
)
def test_other_writing_and_hidden_characters(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize(
    "chunk", ["", "\0", "\u200b", "\u200d\u200c", "\ufe0f", "\ud800", "\udfff\ud800", "\u0301", "\x1b"]
)
def test_what_shows_nothing_has_no_words(chunk):
    assert SPLITTER.split(chunk) == []


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        (":)))", ["🙂"]),
        (":((((!", ["🙁", "!"]),
        ("thanks:))", ["thanks", "🙂"]),
        ("¯\\_(ツ)_/¯", ["🤷"]),
        ("¯_(ツ)_/¯", ["🤷"]),
        ("\\o/", ["🙌"]),
    ],
)
def test_drawn_out_and_built_emoticons(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("&amp;", ["&"]),
        ("&lt;3", ["❤"]),
        ("I&#39;m", ["i", "'m"]),
        ("a&nbsp;b", ["a", "b"]),
        ("R&D;", ["r", "&", "d", ";"]),
        ("&#xD800;", ["\ufffd"]),
    ],
)
def test_entities_of_web_pages_are_read(chunk, words):
    assert SPLITTER.split(chunk) == words


@pytest.mark.parametrize("chunk", ["STOP", "ANGRY!!!", "WON'T", "ÄRGER", "NO-WAY", "USA"])
def test_capitals_make_no_difference(chunk):
    assert SPLITTER.split(chunk) == SPLITTER.split(chunk.lower())


def test_parts_that_are_switched_off_do_nothing():
    plain = Splitter(Rules(technical=False))
    assert plain.split("me@example.org") == ["me", "@", "example", ".", "org"]
    assert plain.split("/usr/lib") == ["/", "usr", "/", "lib"]


def test_a_spelling_of_the_rules_is_used():
    splitter = Splitter(Rules(emoticons={"(y)": "👍"}, spellings={"gonna": ("going", "to")}))
    assert splitter.split("gonna(y)") == ["going", "to", "👍"]
    assert splitter.split("dont:)") == ["dont", ":", ")"]


def test_every_spelling_is_parted():
    assert {word: tuple(SPLITTER.split(word)) for word in SPELLINGS} == SPELLINGS


@pytest.mark.parametrize(
    "chunk",
    [
        "a" * 4096,
        "'s" * 2048,
        "n't" * 1365,
        "1." * 2048 + "k",
        "a-" * 2048,
        "ha" * 2048,
        "@" * 4096,
        "\ufdfa" * 4096,
        "'" * 4096,
        ":)" * 2048,
        ":" + ")" * 4095,
        "/a" * 2048,
        "./" * 2048,
        "a.b" * 1365 + "@",
        "a@" * 2048,
        "1a" * 2048,
        "a" * 15 + "1" * 4081,
        "1" * 4095 + "a",
        "&#33;" * 819,
        "&" * 4096,
        "c:\\" * 1365,
        "\\n" * 2047 + "a",
        "12345678-1234-1234-1234-" * 170,
        "(" * 4096,
        "🇺" * 4096,
    ],
)
def test_long_hostile_chunks_are_cut_without_fail(chunk):
    words = SPLITTER.split(chunk)
    assert 1 <= len(words) <= 8192


@given(st.text(max_size=64))
def test_any_text_gives_lower_case_words_without_blanks(text):
    for word in split(text):
        assert word
        assert not any(char.isspace() for char in word)
        assert word in MARKS or word in EMOTICONS.values() or word == word.lower()


@given(
    st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd", "Po"], max_codepoint=0x24F), min_size=1, max_size=32)
)
def test_no_visible_letter_is_lost(text):
    chunk = "".join(text.split()).replace("\\", "")
    if any(word in MARKS or word in ("haha", "/s") for word in split(chunk)):
        return
    cut = "".join(char for word in split(chunk) for char in word if char.isalpha())
    whole = "".join(char for char in unicodedata.normalize("NFKC", chunk).lower() if char.isalpha())
    assert {*cut} >= {*whole} - {*"".join(EMOTICONS)}
