"""Encoding is the same everywhere, bounded for any text, and says when it cut one."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.text import UNKNOWN_ID, Encoding, TextDataError, Tokenizer, Vocabulary
from emotag_model.text import tokenizer as module
from emotag_model.text.rules import RULES_VERSION, Rules
from emotag_model.text.splitter import MARKS

WORDS = (
    *("so", "good", "god", "do", "n't", "i", "'m", "happy", "sad", "cool", "hello", "well", "known", "well-known"),
    *("!", "!!", "...", "?", ",", ".", "🙂", "❤", "slightly", "unicorn", "face", *MARKS),
)
HOSTILE = [
    "a" * 1_000_000,
    "😂" * 100_000,
    "1." * 200_000,
    "a-" * 200_000,
    "\ufdfa" * 100_000,
    "'s" * 200_000,
    " " * 1_000_000 + "happy",
    "\u0301" * 100_000,
    "www." * 100_000,
    "aaab" * 100_000,
    "&amp;" * 100_000,
    "sohappy" * 100_000,
    "happpy-" * 100_000,
    " ".join(f"hapyness{letter}so" for letter in "abcdefghij") * 10_000,
]


@pytest.fixture
def tokenizer():
    return Tokenizer(Vocabulary(WORDS), max_tokens=16)


def words_of(tokenizer, encoding):
    return [tokenizer.vocabulary.words[row] for row in encoding.ids]


def test_words_become_their_rows(tokenizer):
    encoding = tokenizer.encode("I'm so happy, don't!")
    assert words_of(tokenizer, encoding) == ["i", "'m", "so", "happy", ",", "do", "n't", "!"]
    assert encoding.truncated is False


def test_a_word_without_a_row_is_unknown(tokenizer):
    assert tokenizer.encode("zebra happy").ids == [UNKNOWN_ID, tokenizer.vocabulary.index["happy"]]
    assert tokenizer.tokens("Zebra happy") == ["zebra", "happy"]


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ("sooooo", ["so", "<elongated>"]),
        ("goooood", ["good", "<elongated>"]),
        ("coooool", ["cool", "<elongated>"]),
        ("HELLOOOO", ["hello", "<elongated>"]),
        ("hellllooo", ["hello", "<elongated>"]),
        ("zzzebra", ["<unk>"]),
    ],
)
def test_drawn_out_words_are_read_as_the_most_frequent_they_can_be(tokenizer, drawn, words):
    assert words_of(tokenizer, tokenizer.encode(drawn)) == words


def test_hyphenated_words_fall_back_to_their_known_parts(tokenizer):
    assert words_of(tokenizer, tokenizer.encode("well-known")) == ["well-known"]
    assert words_of(tokenizer, tokenizer.encode("so-good")) == ["so", "good"]
    assert words_of(tokenizer, tokenizer.encode("zebra-good")) == ["good"]
    assert words_of(tokenizer, tokenizer.encode("zebra-horse")) == ["<unk>"]


def test_an_emoji_without_a_row_is_read_by_its_name(tokenizer):
    assert words_of(tokenizer, tokenizer.encode("🙂")) == ["🙂"]
    assert words_of(tokenizer, tokenizer.encode("🦄")) == ["unicorn", "face"]
    assert words_of(tokenizer, tokenizer.encode("🪓")) == ["<unk>"]


def test_unknown_numbers_share_a_row(tokenizer):
    assert words_of(tokenizer, tokenizer.encode("4711 1,000.5")) == ["<number>", "<number>"]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\u00a0\u3000", "\u200b \u200b", "\0\x01", "\ud800", "\ufe0f", " " * 100_000]
)
def test_a_text_that_shows_nothing_has_no_ids(tokenizer, text):
    assert tokenizer.encode(text).ids == []
    assert tokenizer.tokens(text) == []


def test_the_limit_is_exact(tokenizer):
    whole, over = " ".join(["happy"] * 16), " ".join(["happy"] * 17)
    assert tokenizer.encode(whole) == Encoding(tokenizer.encode("happy").ids * 16, truncated=False)
    assert tokenizer.encode(over) == Encoding(tokenizer.encode("happy").ids * 16, truncated=True)
    assert len(tokenizer.tokens(over)) == 16


def test_blanks_around_do_not_count_against_the_limit(tokenizer):
    padding = " " * 10_000
    assert tokenizer.encode(f"{padding}happy{padding}") == tokenizer.encode("happy")


def test_a_text_beyond_the_characters_looked_at_says_so(tokenizer):
    text = "happy " + "x" * 16 * module.CHARACTERS_PER_TOKEN
    assert tokenizer.encode(text).truncated is True


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:4]) for text in HOSTILE])
def test_work_is_bounded_for_hostile_texts(text, monkeypatch):
    seen = []
    tokenizer = Tokenizer(Vocabulary(WORDS))
    split = tokenizer._splitter.split
    monkeypatch.setattr(tokenizer._splitter, "split", lambda chunk: seen.append(len(chunk)) or split(chunk))
    encoding = tokenizer.encode(text)
    assert sum(seen) <= 256 * module.CHARACTERS_PER_TOKEN
    assert len(encoding.ids) <= 256
    assert encoding.truncated or len(text.split()) == 1


@given(st.text(max_size=200))
def test_any_text_is_encoded_into_rows_one_per_token(text):
    tokenizer = Tokenizer(Vocabulary(WORDS), max_tokens=16)
    encoding = tokenizer.encode(text)
    assert all(0 < row < len(tokenizer.vocabulary) for row in encoding.ids)
    assert len(tokenizer.tokens(text)) == len(encoding.ids) <= 16
    assert tokenizer.encode(text) == encoding


@given(
    st.lists(
        st.sampled_from(
            [
                "so",
                "sooo",
                "don't",
                ":)",
                "zebra",
                "STOP",
                "beleive",
                "unhappyness",
                "10",
                "\u200b",
                "🦄!",
                "well-known",
            ]
        ),
        max_size=30,
    )
)
def test_what_was_seen_before_changes_nothing(chunks):
    text = " ".join(chunks)
    warm = Tokenizer(Vocabulary(WORDS))
    for chunk in chunks:
        warm.encode(chunk)
    assert warm.encode(text) == Tokenizer(Vocabulary(WORDS)).encode(text)


def test_memory_of_chunks_is_bounded_and_keeps_the_frequent(monkeypatch):
    monkeypatch.setattr(module, "_CACHED_CHUNKS", 8)
    tokenizer = Tokenizer(Vocabulary(WORDS))
    for number in range(100):
        tokenizer.encode(f"rare{number} happy")
    assert len(tokenizer._recent) <= 8
    assert len(tokenizer._older) <= 8
    assert "happy" in tokenizer._recent
    assert tokenizer.encode("happy").ids == [tokenizer.vocabulary.index["happy"]]


def test_long_chunks_are_not_remembered(tokenizer):
    tokenizer.encode("x" * 33)
    assert not tokenizer._recent


def test_threads_may_share_a_tokenizer(monkeypatch):
    monkeypatch.setattr(module, "_CACHED_CHUNKS", 4)
    tokenizer = Tokenizer(Vocabulary(WORDS))
    texts = [f"happy sad {number} so good" for number in range(50)]
    expected = [Tokenizer(Vocabulary(WORDS)).encode(text) for text in texts]
    results = []
    threads = [
        threading.Thread(target=lambda: results.append([tokenizer.encode(text) for text in texts * 5]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected * 5] * 4


def test_all_that_words_are_read_by_is_saved(tmp_path):
    vocabulary = Vocabulary(WORDS)
    rules = Rules(slang={"hpy": ("happy",)}, steps=("slang", "hyphen"), technical=False)
    tokenizer = Tokenizer(vocabulary, rules=rules)
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert loaded.rules == rules
    assert loaded.vocabulary.index == vocabulary.index
    text = "glad hpy sooo so-sad a@b.c"
    words = ["glad", "happy", "sooo", "so", "sad", "a", "@", "b", ".", "c"]
    assert loaded.tokens(text) == tokenizer.tokens(text) == words
    assert loaded.encode(text) == tokenizer.encode(text)


def test_few_unknown_words_are_looked_into_however_many_there_are(monkeypatch):
    tokenizer = Tokenizer(Vocabulary(WORDS), max_tokens=8)
    seen = []
    read = tokenizer._unknown.read
    monkeypatch.setattr(tokenizer._unknown, "read", lambda word: seen.append(word) or read(word))
    assert tokenizer.encode(" ".join(f"z{number}" for number in range(100, 120))).truncated
    assert tokenizer.encode("-".join(["q,w;"] * 20)).truncated
    assert len(seen) <= 2 * 10


def test_a_saved_tokenizer_encodes_as_before(tokenizer, tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    loaded = Tokenizer.load(path)
    text = "Sooo happy :) don't 🦄 4711 zebra [NAME]"
    assert loaded.encode(text) == tokenizer.encode(text)
    assert loaded.tokens(text) == tokenizer.tokens(text)
    assert loaded.max_tokens == 16
    assert loaded.vocabulary.words == tokenizer.vocabulary.words


def _altered(content, field, value):
    if value is None:
        del content[field]
    else:
        content[field] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "other", "format is 'other'"),
        ("format", None, "not an emotag tokenizer"),
        ("rules", {"version": 99}, f"version {RULES_VERSION}"),
        ("rules", [], "not an emotag tokenizer"),
        ("vocabulary", ["a", "a"], "occurs twice"),
        ("vocabulary", None, "not an emotag tokenizer"),
        ("rules", {"version": RULES_VERSION, "emoticons": {}}, "not an emotag tokenizer"),
        ("max_tokens", 0, "max_tokens is 0"),
        ("max_tokens", "many", "not an emotag tokenizer"),
    ],
)
def test_another_file_is_refused_by_name(tokenizer, tmp_path, field, value, message):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    path.write_text(_altered(json.loads(path.read_text()), field, value))
    with pytest.raises(TextDataError, match=message) as caught:
        Tokenizer.load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "\udc80"])
def test_what_is_no_json_object_is_refused(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(TextDataError, match="not an emotag tokenizer"):
        Tokenizer.load(path)
