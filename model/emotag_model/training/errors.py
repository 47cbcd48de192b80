"""The one error of a training run."""

from __future__ import annotations


class TrainingError(Exception):
    """A run cannot start or go on; the text names the setting or file and the fix."""
