"""A small checkpoint that knows a few words, and the one that ships."""

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from tests.unit.model.tiny import tiny_checkpoint

WORDS = ("happy", "sad", "so", "!", "do", "n't", "i", "am", "not", "you", "are", "it", "was", "the", "report", ".")


@pytest.fixture
def tiny():
    return tiny_checkpoint(WORDS, max_tokens=32, embedding_size=12)


@pytest.fixture(scope="session")
def shipped():
    return Checkpoint.load(default_checkpoint())
