"""Every emoji that shows a feeling is one to the splitter, has a name, and stands there once."""

from emotag_model.text.emoji import name_words
from emotag_model.text.splitter import Splitter
from emotag_model.training.faces import FACES


def test_each_is_one_emoji_with_a_name():
    assert all(name_words(emoji) for emoji in FACES)
    assert [list(Splitter().split(emoji)) for emoji in FACES] == [[emoji] for emoji in FACES]


def test_none_stands_twice():
    assert len(set(FACES)) == len(FACES) > 100
