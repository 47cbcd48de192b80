"""The encoders that people deploy for this today, at their true sizes with random weights: speed does not depend on them."""

from __future__ import annotations

import os

import torch

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification


def distilroberta() -> torch.nn.Module:
    """DistilRoBERTa-base: 6 layers, 768 wide, 12 heads, 28 labels."""
    config = RobertaConfig(
        vocab_size=50_265, num_hidden_layers=6, max_position_embeddings=514, type_vocab_size=1, num_labels=28
    )
    return RobertaForSequenceClassification(config).eval()


def minilm() -> torch.nn.Module:
    """MiniLM-L6: 6 layers, 384 wide, 12 heads, 28 labels."""
    config = BertConfig(
        vocab_size=30_522,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1_536,
        num_labels=28,
    )
    return BertForSequenceClassification(config).eval()
