"""What Unicode says of characters, as this Python knows it, in tables that the native core reads.

Python's versions know different versions of Unicode. The tokenizer in Python is the truth, so the tables are made from
the Python that runs it: once when the library is built, and again, into the cache, under a Python that knows another
version. `STAMP` tells whose tables they are. Needs nothing but Python, since the build runs it.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from array import array
from html.entities import html5
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_model.text.emoji import EMOJI, name_words
from emotag_model.text.splitter import is_silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION = 1
"""Of the layout, as `source/text/characters.cpp` has it."""

STAMP = f"{VERSION}-unicode{unicodedata.unidata_version}-python{sys.version_info[0]}.{sys.version_info[1]}"
"""What the tables depend on: the version of Unicode, and of Python for its entities of HTML."""

BUILT = Path(__file__).with_name(f"characters-{STAMP}.bin")
"""Where the tables lie that were made with the library."""

_MAGIC = 0x55544D45
_COUNT = sys.maxunicode + 1
_BLOCK = 256
_ALNUM, _DECIMAL, _ALPHA, _SPACE, _SILENT, _EMOJI, _CASED, _IGNORABLE, _LOWERS, _ACTIVE = (
    1 << bit for bit in range(10)
)
_HANGUL = range(0xAC00, 0xAC00 + 11_172)  # syllables, which are computed
_JAMO = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # that join a syllable before them
_DROPPED = 0xFFFFFFFF
_NUMERIC = 0x100000  # what six decimal or five hexadecimal digits can say
_SURROGATES = range(0xD800, 0xE000)
_NONCHARACTERS = range(0xFDD0, 0xFDF0)  # and the last two of every plane
_DULL = {"Cn", "Co", "Cs"}  # not assigned, private, surrogates: nearly all code points
_IS_EMOJI = re.compile(EMOJI)
_IS_NAME = re.compile("[A-Za-z]{2,8};?")


def character_tables() -> array[int]:
    """Make the tables of all characters, 32-bit numbers; takes seconds."""
    characters = [char for char in map(chr, range(_COUNT)) if unicodedata.category(char) not in _DULL]
    lower = {ord(char): small for char in characters if (small := char.lower()) != char}
    decomposed = dict(_decompositions(characters))
    composed = dict(_compositions(characters))
    classes = {ord(char): of for char in characters if (of := unicodedata.combining(char))}
    active = {*decomposed, *classes, *_JAMO, *(second for _, second in composed)}
    properties = array("H", map(_dull_property, map(chr, range(_COUNT))))
    for char in characters:
        code = ord(char)
        properties[code] |= _property(char) | _LOWERS * (code in lower) | _ACTIVE * (code in active)
    index, blocks = _blocks(properties)
    sections: list[Iterable[int]] = [
        index,
        blocks,
        _flat((code, *_codes(small + "\0")[:2]) for code, small in lower.items()),
        decomposed,
        accumulate(map(len, decomposed.values()), initial=0),
        _flat(map(_codes, decomposed.values())),
        _flat(classes.items()),
        _flat((*pair, composed[pair]) for pair in sorted(composed)),
        _flat(_numeric_entities()),
        _flat(_named_entities()),
        _flat(_emoji_names(characters)),
    ]
    tables = array("I", [_MAGIC, VERSION])
    for section in sections:
        numbers = array("I", section)
        tables.append(len(numbers))
        tables.extend(numbers)
    return tables


def sequence(text: str) -> list[int]:
    """Return a text as the core reads it: its length, then its characters."""
    return [len(text), *map(ord, text)]


def _codes(text: str) -> list[int]:
    return list(map(ord, text))


def _flat(rows: Iterable[Iterable[int]]) -> Iterator[int]:
    return (number for row in rows for number in row)


def _dull_property(char: str) -> int:
    """Return what a character can be without being one that Unicode has given a meaning."""
    return _SILENT * is_silent(char) | _EMOJI * bool(_IS_EMOJI.match(char))


def _property(char: str) -> int:
    return (
        _ALNUM * char.isalnum()
        | _DECIMAL * char.isdecimal()
        | _ALPHA * char.isalpha()
        | _SPACE * char.isspace()
        | _sigma(char)
    )


def _sigma(char: str) -> int:
    """Tell what a character is to a capital sigma before it, by what becomes of that."""
    if f"a\u03a3{char}".lower()[1] == "\u03c3":
        return _CASED
    return _IGNORABLE if f"a\u03a3{char}a".lower()[1] == "\u03c3" else 0


def _blocks(properties: array[int]) -> tuple[list[int], array[int]]:
    """Return for each block of 256 characters where its properties are, and the properties without repetition."""
    found: dict[bytes, int] = {}
    index = []
    for start in range(0, _COUNT, _BLOCK):
        block = properties[start : start + _BLOCK].tobytes()
        index.append(found.setdefault(block, len(found)))
    return index, array("I", b"".join(found))


def _decompositions(characters: list[str]) -> Iterator[tuple[int, str]]:
    """Yield characters and what NFKD makes of them."""
    for char in characters:
        decomposed = unicodedata.normalize("NFKD", char)
        if decomposed != char and ord(char) not in _HANGUL:
            yield ord(char), decomposed


def _compositions(characters: list[str]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield pairs of characters and the one that NFC makes of them."""
    for char in characters:
        parts = unicodedata.decomposition(char).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            first, second = (int(part, 16) for part in parts)
            if unicodedata.normalize("NFC", chr(first) + chr(second)) == char:
                yield (first, second), ord(char)


def _numeric_entities() -> Iterator[tuple[int, int]]:
    """Yield the numbers that an entity says and that stand for another character, or for none."""
    special = (code for code in range(_NUMERIC) if code < 0x100 or code in _NONCHARACTERS or code & 0xFFFE == 0xFFFE)
    for code in sorted({*special, *_SURROGATES}):
        meant = "\ufffd" if code in _SURROGATES else html.unescape(f"&#{code};")
        if meant != chr(code):
            yield code, ord(meant) if meant else _DROPPED


def _named_entities() -> Iterator[list[int]]:
    """Yield the names of entities that the splitter looks for, and what they stand for."""
    for name, meant in html5.items():
        if _IS_NAME.fullmatch(name):
            yield sequence(name) + sequence(meant)


def _emoji_names(characters: list[str]) -> Iterator[list[int]]:
    """Yield emoji and the words of their names."""
    for char in filter(_IS_EMOJI.match, characters):
        if words := name_words(char):
            yield [ord(char), len(words), *_flat(map(sequence, words))]
