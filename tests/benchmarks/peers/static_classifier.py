"""A static-embedding classifier: model2vec as large as potion-base-8M, with the head that it trains, of random weights.

Speed does not depend on the weights. Its words are those of the first line of standard input, so that it cuts texts into
as few pieces as one that was made for them. Every further line asks for a measurement, which is answered by a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from string import printable

import numpy as np
from model2vec import StaticModel
from model2vec.inference import StaticModelPipeline
from model2vec.inference.mlp import Activation, Layer, MLPHead
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from tests.benchmarks.peers.in_process import measure

TOKENS, WIDTH, LABELS = 29_528, 256, 28  # of potion-base-8M, and of GoEmotions


def classifier(words: Sequence[str]) -> StaticModelPipeline:
    """Return one that knows single characters, and so many of the words as it has room for."""
    characters = sorted(set(printable) - set(" \t\n\r\x0b\x0c"))
    known = dict.fromkeys(["[PAD]", "[UNK]", *characters, *(f"##{each}" for each in characters), *words])
    vocabulary = {token: place for place, token in enumerate(list(known)[:TOKENS])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a piece of text
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(lowercase=True), BertPreTokenizer()
    random = np.random.default_rng(0)
    vectors = random.standard_normal((len(vocabulary), WIDTH), np.float32)
    # A linear layer is what `StaticModelForClassification` has unless told otherwise.
    head = Layer(random.standard_normal((LABELS, WIDTH), np.float32), np.zeros(LABELS, np.float32))
    names = np.array([f"label-{place}" for place in range(LABELS)])
    return StaticModelPipeline(
        StaticModel(vectors, tokenizer, normalize=True), MLPHead([head], Activation.SOFTMAX, names)
    )


if __name__ == "__main__":
    model = classifier(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        asked = json.loads(line)
        outcome = measure(model.predict, asked["texts"], asked["size"], asked["seconds"])
        print(json.dumps(asdict(outcome)), flush=True)
