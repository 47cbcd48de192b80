"""Emoji that show a feeling: faces, hearts, hands and a few signs."""

from __future__ import annotations

_RANGES = (
    (0x1F600, 0x1F64F),  # faces and gestures
    (0x1F910, 0x1F917), (0x1F920, 0x1F92F), (0x1F970, 0x1F976), (0x1F97A, 0x1F97A),  # more faces
    (0x1F440, 0x1F440), (0x1F446, 0x1F450), (0x1F4A9, 0x1F4AB), (0x1F4AF, 0x1F4AF),  # hands and signs
    (0x1F48B, 0x1F48B), (0x1F493, 0x1F49F), (0x1F5A4, 0x1F5A4), (0x1F90D, 0x1F90E),  # hearts
    (0x1F388, 0x1F38A), (0x1F595, 0x1F595), (0x2639, 0x263A), (0x2763, 0x2764),
)  # fmt: skip

FACES = tuple(chr(code) for first, last in _RANGES for code in range(first, last + 1))
"""All of them in Unicode 12, so that no version of Python lacks a name."""
