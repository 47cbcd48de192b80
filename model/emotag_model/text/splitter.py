"""Cuts one blank-free chunk of text into GloVe/Penn-style lower-case words, emoji and punctuation."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from emotag_model.text.emoji import EMOJI
from emotag_model.text.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

URL, USER, COMMUNITY, ELONGATED, NUMBER = "<url>", "<user>", "<community>", "<elongated>", "<number>"
EMAIL, PATH, CODE, FLAG = "<email>", "<path>", "<code>", "<flag>"
PERSON, RELIGION = "[name]", "[religion]"  # the masks of GoEmotions, kept as it writes them
MARKS = (URL, USER, COMMUNITY, ELONGATED, NUMBER, EMAIL, PATH, CODE, FLAG, PERSON, RELIGION)
"""Words that stand for something else than themselves."""

# Every alternative matches at its first try or fails within a bounded look: linear in the text, whatever the text.
_PATTERN = r"""
    (?P<url>(?:https?://|www\.)[^\s)\]>"]*)
  | {technical}
    (?P<mask>\[(?:name|religion)\])
  | (?P<community>(?<![^\W_])/?r/\w+) | (?P<user>(?<![^\W_])(?:/?u/|@)\w+)
  | (?P<emoticon>(?:(?<![^\W_])(?:{letter_emoticons}) | (?:{sign_emoticons})(?:(?<=[(])[(]*+|(?<=[)])[)]*+|))(?![^\W_]))
  | (?P<sarcasm>(?<!\w)/s(?!\w))
  | (?P<word>'?[^\W\d_]+(?:['-][^\W\d_]+)*)
  | (?P<number>\d++(?:[.,:/]\d++)*+(?:(?:st|nd|rd|th|s)(?![^\W_]))?)
  | (?P<flag>[\U0001f1e6-\U0001f1ff]{{1,2}}) | (?P<emoji>{emoji})
  | (?P<shout>[!?]{{2,}}) | (?P<dots>\.{{2,}}) | (?P<sign>[^\w\s]|_)(?P=sign)*
"""
# What agents write that is no language: addresses, paths, keys and hashes, escapes of a text inside a text.
_TECHNICAL = r"""
    (?P<email>(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++)
  | (?P<code>(?<![^\W_])(?:
        [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![^\W_])
      | (?=[^\W\d_]*+\d)(?=\d*+[^\W\d_])[^\W_]{16,}+))
  | (?P<path>(?<![\w/.\\])(?: [a-z]:(?:\\[\w.-]++)++ | (?!/[ru]/)(?:~|\.{1,2})?(?:/[\w.-]++){2,}+/?+ ))
  | (?P<escape>\\[nrt"']) |
"""
_SILENT = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Sk"})  # marks, controls, surrogates, skin tones
_LONGEST_CHUNK = 8_192  # characters; NFKC makes up to 18 of one, and more tokens than any model reads fit in these
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"'})
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_GENDER = re.compile("\u200d[\u2640\u2642]")  # of the person in an emoji, said by a sign of its own
_CLITICS = ("n't", "'s", "'m", "'re", "'ve", "'ll", "'d", "'em")
_LAUGH = re.compile(r"(?:a|b)?(?:ha|he|ah){2,}h*|b?wa(?:ha)+h*")


class Splitter:
    """Cuts chunks by one set of rules."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._pattern = re.compile(_compose(self.rules), re.VERBOSE)

    def split(self, chunk: str) -> list[str]:
        """Return the words of `chunk`, a text without white space, in order; none for what has nothing visible."""
        if chunk.isascii() and chunk.isalpha() and (word := chunk.lower()) not in self.rules.emoticons:
            return list(self._word(word))  # most chunks: no pattern needed
        if "&" in chunk:
            chunk = _ENTITY.sub(lambda found: html.unescape(found.group()), chunk)
        if not (chunk.isascii() and chunk.isprintable()):
            chunk = _visible(chunk)
        chunk = chunk.lower().translate(_QUOTES)
        words: list[str] = []
        for match in self._pattern.finditer(chunk):
            words.extend(self._words(match.lastgroup or "sign", match.group()))
        return words

    def _words(self, kind: str, found: str) -> Iterator[str]:
        if kind == "word":
            yield from self._word(found)
        elif kind == "emoticon":
            yield self._emoticon(found)
        elif kind in _REPLACED:
            yield _REPLACED[kind]
        elif kind == "shout":
            yield "!!" if "?" not in found else "??" if "!" not in found else "?!"
        elif kind == "sign":
            yield found[0]
        elif kind != "escape":
            yield found

    def _emoticon(self, found: str) -> str:
        """Look up `found`, whose last sign may be drawn out: ":)))"."""
        while found not in self.rules.emoticons:
            found = found[:-1]
        return self.rules.emoticons[found]

    def _word(self, word: str) -> Iterator[str]:
        stem, clitics = _clitics(word)
        if stem.startswith("'") and stem != "'":
            yield "'"
            stem = stem[1:]
        if stem in self.rules.spellings:
            yield from self.rules.spellings[stem]
        elif stem:
            yield "haha" if _LAUGH.fullmatch(stem) else stem
        yield from clitics


_REPLACED = {
    "url": URL,
    "user": USER,
    "community": COMMUNITY,
    "email": EMAIL,
    "path": PATH,
    "code": CODE,
    "flag": FLAG,
    "dots": "...",
}


def _clitics(word: str) -> tuple[str, list[str]]:
    """Part a word from the clitics at its end, at most two: "should" and "n't", "'ve"."""
    found: list[str] = []
    if not word.endswith(_CLITICS):
        return word, found  # nearly all
    while len(found) < 2 and (clitic := next((each for each in _CLITICS if word.endswith(each)), None)):
        word = word.removesuffix(clitic)
        found.insert(0, clitic)
    return word, found


def _visible(chunk: str) -> str:
    """Compose characters (NFKC) and drop those that show nothing by themselves."""
    composed = unicodedata.normalize("NFKC", _GENDER.sub("", chunk))[:_LONGEST_CHUNK]
    return "".join(char for char in composed if not is_silent(char))


def is_silent(char: str) -> bool:
    """Tell whether a character shows nothing by itself, and is dropped."""
    return unicodedata.category(char) in _SILENT and char not in "^`\u00b4"


def _compose(rules: Rules) -> str:
    ordered = sorted(rules.emoticons, key=len, reverse=True)  # the longest first: ":'(" before ":'"
    letters = [re.escape(each) for each in ordered if each[0].isalnum() or each[-1].isalnum()]
    signs = [re.escape(each) for each in ordered if not (each[0].isalnum() or each[-1].isalnum())]
    never = "(?!)"
    return _PATTERN.format(
        technical=_TECHNICAL if rules.technical else "",
        letter_emoticons="|".join(letters) or never,
        sign_emoticons="|".join(signs) or never,
        emoji=EMOJI,
    )
