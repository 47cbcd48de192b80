"""A small checkpoint that knows a few words, and the one that ships."""

import pytest
import torch

from emotag_model.checkpoint import Checkpoint, Identity, default_checkpoint
from emotag_model.labels import default_labels
from emotag_model.network import CnnBiSru, CnnBiSruConfig
from emotag_model.text import Tokenizer, Vocabulary

WORDS = ("happy", "sad", "so", "!", "do", "n't", "i", "am", "not", "you", "are", "it", "was", "the", "report", ".")


@pytest.fixture
def tiny():
    torch.manual_seed(3)
    vocabulary = Vocabulary(WORDS)
    config = CnnBiSruConfig(
        vocabulary_size=len(vocabulary), embedding_size=12, label_count=28, conv_channels=(8, 4), sru_size=4,
        attention_heads=2,
    )  # fmt: skip
    return Checkpoint(
        identity=Identity("tiny", "0.1.0", "0" * 64),
        config=config,
        tokenizer=Tokenizer(vocabulary, max_tokens=32),
        labels=default_labels(),
        weights=CnnBiSru(config).state_dict(),
        card="# tiny\n",
    )


@pytest.fixture(scope="session")
def shipped():
    return Checkpoint.load(default_checkpoint())
