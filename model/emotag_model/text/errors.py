"""The one error of reading words and labelled texts from files."""

from __future__ import annotations


class TextDataError(ValueError):
    """A file of words, vectors or messages is not what it should be; the text names the place and the fix."""
