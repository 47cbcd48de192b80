"""The one error of reading words and labelled texts from files."""

from __future__ import annotations


class TextDataError(ValueError):
    """A word-vector, vocabulary, tokenizer or message file is not what it should be; the text names the place and the fix."""
