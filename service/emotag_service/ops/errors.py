"""What keeps the operators' port from being opened. Imported without it, so nothing heavy here."""

from __future__ import annotations


class PortError(Exception):
    """The operators' port cannot be opened; the text says what to change."""


class DriftReferenceError(ValueError):
    """The file is no reference of drift; the text says what to change."""
