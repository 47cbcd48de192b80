"""Texts that a tokenizer may trip over, and a tokenizer whose words they are made of."""

from functools import cache

from hypothesis import strategies as st

from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.rules import EMOTICONS, SPELLINGS, Rules
from emotag_model.text.slang import SLANG
from emotag_model.text.splitter import MARKS

WORDS = (
    *("so", "good", "god", "do", "n't", "i", "'m", "happy", "sad", "cool", "hello", "well", "known", "well-known"),
    *("the", "you", "your", "oh", "my", "haha", "'s", "'re", "'ve", "'ll", "'d", "'em", "'", '"', "is", "are", "not"),
    *("!", "!!", "??", "?!", "...", "?", ",", ".", ":", ";", "(", ")", "-", "/s", "*", "_", "a", "b", "x", "no", "ugh"),
    *("🙂", "😀", "❤", "😢", "slightly", "unicorn", "face", "heart", "red", "grinning", "with", "tears", "of", "joy"),
    *("wonderful", "terrible", "beautiful", "because", "disappointed", "thanks", "quite", "quiet", "straße", "été"),
    *("привет", "σίγμας", "ωσ", "日本", "한국", "i̇stanbul", "ﬁne", "fine", "١", "<pad", "www", "http"),
    *MARKS,
)
PIECES = (
    *WORDS,
    *("splendid", "gladsome", "ärgerlich"),
    *EMOTICONS,
    *SPELLINGS,
    *SLANG,
    *(
        "&amp;",
        "&lt",
        "&notit;",
        "&#39;",
        "&#x27;",
        "&#x80;",
        "&#0;",
        "&#13;",
        "&nbsp;",
        "&#٣٣;",
        "&#3٣;",
        "&AMP;",
        "&K;",
    ),
    *("&#xd800;", "&#999999;", "&#xfffff;", "&ampK;", "&Tab;", "&NewLine;", "&fjlig;", "&bne;", "&#32;", "&ıi;", "&"),
    *("http://", "https://x.y/z?q=1", "www.", "r/", "/r/aww", "u/me", "/u/me", "@you", "a@b.co", "a.b+c@d-e.f.g", "@"),
    *("550e8400-e29b-41d4-a716-446655440000", "deadbeefdeadbeef12", "a1", "C:\\dir\\f.txt", "~/a/b", "../x/y/", "./a"),
    *("deadbeef-dead-beef-dead-beefdeadbeef", "AAAAAAAA-bbbb-AAAA-bbbb-aaaaaaaaaaaa", "dead-beef-dead-beefdeadbeef"),
    *("/usr/bin", "\\n", '\\"', "[NAME]", "[religion]", "[", "]", "1st", "2nd", "3.14", "10:30", "1,000s", "4th", "5"),
    *("🇬🇧", "🇬", "👩‍❤️‍👩", "🏃‍♀️", "👍🏽", "️", "‍", "é", "é", "ẛ̣", "Å", "ﷺ", "각", "ᄀ", "ᅡ", "ᆨ"),
    *("Σ", "ΑΣ", "ΑΣ'", "ΣΑ", "İ", "ı", "ſ", "K", "ẞ", "ΐ", "ǆ", "Ⅷ", "½", "²", "①", "❶", "़", "ׄ", "֑", "̈́"),
    *("soooo", "goooood", "HELLOOO", "hapyy", "woonderful", "wodnerful", "terribel", "hahaha", "bahah", "bwahahah"),
    *("don't", "DON’T", "y'all", "I'd've", "'tis", "rock'n'roll", "`x`", "“q”", "´", "^", "^^", "--", "__", "\\o/"),
    *(
        ":)))",
        ":((((",
        ":((a",
        ":)a",
        "xD",
        "xd!",
        "<3<3",
        ">:((",
        "(ツ)",
        "¯\\_(ツ)_/¯",
        "o_o",
        "o_oo",
        "t_t's",
        ":'d",
    ),
    *(" ", "  ", "\t", "\n", "\x00", "\x1c", "\x1f", "\x7f", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u3000"),
    *("\ud800", "\udfff", "\ud83d\ude00", "\U0010ffff", "\ue000", "\ufeff", "\u200b", "\u00ad", "\U000e0041"),
)
INTERESTING = sorted({char for piece in PIECES for char in piece})
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(INTERESTING),
        st.text(max_size=6),
        st.text(
            st.characters(categories=["Mn", "Lm", "Lo", "Sk", "So", "No", "Nl", "Nd", "Cf", "Zs", "Lu", "Lt"]),
            max_size=4,
        ),
        st.text(st.characters(max_codepoint=127), max_size=6),
        st.integers(0, 0x10FFFF).map(chr),
    ),
    max_size=24,
).map("".join)
HOSTILE = (
    "a" * 100_000,
    "😂" * 10_000,
    "1." * 20_000,
    "a-" * 20_000,
    "\ufdfa" * 10_000,
    "'s" * 20_000,
    " " * 100_000 + "happy",
    "happy" + " " * 100_000,
    " " * 100_000,
    "x " * 2_048,
    " x" * 2_049,
    "\u0301" * 10_000,
    "a" + "\u0301\u0323" * 2_000,
    "a" + "\u0323" * 1_000 + "\u0301" * 1_000,
    "Σ" * 4_000,
    "Σ'" * 2_000,
    "www." * 10_000,
    "aaab" * 10_000,
    "&amp;" * 10_000,
    "&" * 10_000,
    "sohappy" * 10_000,
    "happpy-" * 10_000,
    "@" * 4_000,
    "a@" * 2_000,
    "/a" * 2_000,
    "\\a" * 2_000,
    ":(" * 2_000,
    "(" * 4_000,
    " ".join(f"hapyness{letter}so" for letter in "abcdefghij") * 1_000,
    "",
    "\x00",
    "\x00" * 5_000,
)


@cache
def make_tokenizer(max_tokens=16, *, technical=True):
    steps = ("drawn-out", "number", "emoji", "hyphen", "slang", "typo")
    return Tokenizer(Vocabulary(WORDS), rules=Rules(steps=steps, technical=technical), max_tokens=max_tokens)
