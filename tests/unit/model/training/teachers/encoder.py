"""An encoder in small: a BERT of two layers with weights of chance, and the words of the data folder in small."""

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from emotag_model.training.teachers.minilm import Encoder
from tests.unit.model.training.datafolder import WORDS

SIZE = 16


def tiny_encoder():
    words = ["[PAD]", "[UNK]", "[MASK]", *dict.fromkeys(WORDS)]
    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106 - a word, no secret
    tokenizer.pre_tokenizer = Whitespace()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=SIZE,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return Encoder(BertModel(config, add_pooling_layer=False), SIZE, tokenizer)
