"""Unknown words are cut into the words and pieces that they are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.text import Vocabulary
from emotag_model.text.segments import Segments

FILLER = [f"filler{number}" for number in range(3_000)]
WORDS = ("the", "of", "a", "so", "i", "we", "no", "happy", "web", "life", "friend", "over", "thinking", "time", "is")
PIECES = ("un##", "##ed", "##ness", "##ing", "##en", "mis##")
SEGMENTS = Segments(Vocabulary([*WORDS, *FILLER, "surfer", "cat", "rare", *PIECES], alike={"lives": "life"}))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("sohappy", ["so", "happy"]),
        ("websurfer", ["web", "surfer"]),
        ("timeofalifetime", ["time", "of", "a", "life", "time"]),
        ("overthinking", ["over", "thinking"]),
        ("happyhappy", ["happy", "happy"]),
    ],
)
def test_compounds_are_cut_into_their_words(word, parts):
    assert SEGMENTS.words(word) == parts


@pytest.mark.parametrize(
    "word",
    [
        "happy",  # known, and not made of others
        "happyx",
        "noso",  # mostly words that are everywhere
        "soweno",
        "catlife",  # three letters, and rare
        "web-life",
        "webl1fe",
        "liveslife",  # what has no row of its own is no part
        "",
        "life" * 11,
    ],
)
def test_what_is_no_compound_is_not_cut(word):
    assert SEGMENTS.words(word) == []


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("unfriended", ["un##", "friend", "##ed"]),
        ("happyness", ["happy", "##ness"]),
        ("happyzness", ["happy", "##ness"]),
        ("mislife", ["mis##", "life"]),
        ("unending", ["un##", "##ing"]),
    ],
)
def test_pieces_stand_at_the_ends_of_what_is_known(word, parts):
    assert SEGMENTS.parts(word) == parts


@pytest.mark.parametrize("word", ["zkvlqgkdm", "unzkvlqg", "uned", "unen", "12345ness", "un##", "friendzkvlqgkdm"])
def test_what_stays_mostly_unread_has_no_parts(word):
    assert SEGMENTS.parts(word) == []


def test_frequent_parts_win():
    segments = Segments(Vocabulary(["there", "fore", "man", "reform", *FILLER, "there's", "theref", "oreman"]))
    assert segments.words("thereforeman") == ["there", "fore", "man"]


def test_an_empty_vocabulary_cuts_nothing():
    segments = Segments(Vocabulary([]))
    assert segments.words("sohappy") == segments.parts("sohappy") == []


@given(st.text(alphabet="aehiopsvwyb", max_size=45))
def test_words_are_the_whole_word_and_parts_most_of_it(text):
    assert "".join(SEGMENTS.words(text)) in ("", text)
    parts = SEGMENTS.parts(text)
    read = "".join(parts).replace("##", "")
    assert not parts or len(read) >= 0.6 * len(text)
    letters = iter(text)
    assert all(letter in letters for letter in read)  # in order
