"""The one error of the suite."""

from __future__ import annotations


class SuiteError(ValueError):
    """The suite cannot be run on this checkpoint; the text says why."""
