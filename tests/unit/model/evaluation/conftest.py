"""A small checkpoint and labelled messages that it knows the words of."""

import json

import pytest
import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.labels import FINE_LABELS, default_labels
from emotag_model.network import CnnBiSru, CnnBiSruConfig
from emotag_model.text import Tokenizer, Vocabulary

WORDS = ("happy", "sad", "so", "!", "do", "n't", "i", "am")


def make_checkpoint():
    torch.manual_seed(3)
    vocabulary = Vocabulary(WORDS)
    config = CnnBiSruConfig(
        vocabulary_size=len(vocabulary),
        embedding_size=6,
        label_count=28,
        conv_channels=(8, 4),
        sru_size=4,
        attention_heads=2,
    )
    return Checkpoint(
        identity=Identity("tiny", "0.1.0", "0" * 64),
        config=config,
        tokenizer=Tokenizer(vocabulary, max_tokens=8),
        labels=default_labels(),
        weights=CnnBiSru(config).state_dict(),
        card="# tiny\n",
    )


@pytest.fixture
def checkpoint():
    return make_checkpoint()


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
