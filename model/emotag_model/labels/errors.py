"""The one error of label sets."""

from __future__ import annotations


class LabelsError(ValueError):
    """A label set contradicts itself or the model; the text names the field and the fix."""
