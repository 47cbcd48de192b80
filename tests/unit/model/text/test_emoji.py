"""Emoji have words, and texts can be written without them."""

import pytest

from emotag_model.text.emoji import name_words, spell_out


@pytest.mark.parametrize(
    ("emoji", "words"),
    [
        ("😂", ["face", "with", "tears", "of", "joy"]),
        ("🦄", ["unicorn", "face"]),
        ("❤", ["red", "heart"]),  # Unicode calls it heavy and black
        ("😡", ["enraged", "face"]),
        ("a", []),
        (":", []),
    ],
)
def test_an_emoji_is_named(emoji, words):
    assert name_words(emoji) == words


def test_only_single_characters_have_a_name():
    assert name_words("word") == []
    assert name_words("") == []


def test_texts_are_spelt_out():
    assert " ".join(spell_out("so😂 sad ❤\ufe0f").split()) == "so face with tears of joy sad red heart"
    assert spell_out("nothing to do") == "nothing to do"
