"""A small checkpoint and labelled messages that it knows the words of."""

import json

import pytest

from emotag_model.labels import FINE_LABELS
from tests.unit.model.tiny import tiny_checkpoint

WORDS = ("happy", "sad", "so", "!", "do", "n't", "i", "am")


@pytest.fixture
def checkpoint():
    return tiny_checkpoint(WORDS)


@pytest.fixture
def messages():
    """Forty messages of one to eight words; their labels go round all that there are."""
    return [
        {"text": " ".join(WORDS[(row + step) % 8] for step in range(1 + row % 8)), "labels": [FINE_LABELS[row % 28]]}
        for row in range(40)
    ]


@pytest.fixture
def data_file(messages, tmp_path):
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in messages))
    return path
