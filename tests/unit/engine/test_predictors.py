"""The real network behind the engine, small and with random weights: what a message's tag may depend on."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest
import torch

from emotag_model.checkpoint import Checkpoint
from emotag_model.checkpoint.identity import Identity
from emotag_model.labels import Labels
from emotag_model.native.errors import NativeError
from emotag_model.native.model import NativeModel
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.reader import TorchReader
from emotag_model.network.stored import stored_weights
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.padding import pad
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.engine.predictors.protocol import probe
from emotag_service.engine.predictors.reader import ReaderPredictor
from emotag_service.testing import plain_taxonomies
from emotag_service.testing.in_memory import FINE
from tests.unit.model.native.rounded import as_computed

WORDS = [f"w{number}" for number in range(250)]
TOKENIZER = Tokenizer(Vocabulary(WORDS))
CONFIG = CnnBiSruConfig(vocabulary_size=len(TOKENIZER.vocabulary), embedding_size=16, label_count=4)
ALL = Options(all_scores=True, explain=True)
TEXTS = ["w5 w9 w2", "w7", "\u200b", " ".join(WORDS[:30])]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return CnnBiSru(CONFIG).eval()


@pytest.fixture(params=["native", "torch"])
def predictor(request, network):
    fine, coarse = plain_taxonomies()
    labels = Labels(outputs=FINE, taxonomies={"fine": fine, "coarse": coarse}, default="fine")
    checkpoint = Checkpoint(
        identity=Identity("t", "1", ""),
        config=CONFIG,
        tokenizer=TOKENIZER,
        labels=labels,
        weights=stored_weights(network),
        card="",
    )
    try:
        reader = NativeModel.load(checkpoint, "float32") if request.param == "native" else TorchReader(checkpoint)
    except NativeError as error:
        pytest.skip(f"no native core: {error}")
    return ReaderPredictor(reader, CONFIG.label_count)


def random_messages(count, seed=0):
    chance = random.Random(seed)
    return [Message(" ".join(chance.choices(WORDS, k=chance.randint(1, 40))), id=str(i)) for i in range(count)]


def test_it_computes_what_the_network_computes(predictor, network, request):
    network = as_computed(network) if "native" in request.node.callspec.id else network
    probe(predictor)
    prediction = predictor.launch(TEXTS, evidence=True)()
    ids, lengths = pad([TOKENIZER.encode(text).ids for text in TEXTS])
    with torch.inference_mode():
        logits, evidence = network.explain(ids, lengths)
    read = lengths.numpy() > 0
    assert prediction.lengths.tolist() == lengths.tolist()
    assert not prediction.truncated.any()
    np.testing.assert_allclose(prediction.logits[read], logits.numpy()[read], atol=1e-5)
    for found, expected, length in zip(prediction.evidence, evidence.numpy(), lengths.tolist(), strict=True):
        np.testing.assert_allclose(found, expected[:length], atol=1e-5)
    assert predictor.launch(TEXTS, evidence=False)().evidence is None
    predictor.close()


async def test_a_tag_is_the_same_whatever_it_was_batched_with(started, predictor):
    engine = await started(predictor, limits=EngineLimits(batch_bytes=3_000, batch_messages=50), tokenizer=TOKENIZER)
    messages = random_messages(200)
    alone = [(await engine.classify([message], ALL))[0] for message in messages]
    together = await engine.classify(messages, ALL)
    halves = await asyncio.gather(engine.classify(messages[1::2], ALL), engine.classify(messages[::2], ALL))
    mixed = sorted([*halves[0], *halves[1]], key=lambda tag: int(tag.message_id))
    for one, same, again in zip(alone, together, mixed, strict=True):
        np.testing.assert_allclose(same.scores, one.scores, atol=1e-5)
        np.testing.assert_allclose(again.scores, one.scores, atol=1e-5)
        assert same.label == again.label == one.label
        assert [token for token, _ in same.token_weights] == [token for token, _ in one.token_weights]
        weights = [[weight for _, weight in tag.token_weights] for tag in (one, same)]
        np.testing.assert_allclose(weights[1], weights[0], atol=1e-5)


async def test_replicas_agree(started, predictor):
    build = lambda: ReaderPredictor(predictor._reader, CONFIG.label_count)  # noqa: E731
    engine = await started(build, build, tokenizer=TOKENIZER)
    messages = random_messages(300, seed=1)
    first = await engine.classify(messages, ALL)
    for tag, again in zip(first, await engine.classify(messages, ALL), strict=True):
        np.testing.assert_allclose(again.scores, tag.scores, atol=1e-5)


def test_the_network_runs_under_half_precision_as_the_cuda_path_uses_it(network):
    ids, lengths = pad([[5, 9, 2], [7]])
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        logits, evidence = network.explain(ids, lengths)
    with torch.inference_mode():
        exact, _ = network.explain(ids, lengths)
    np.testing.assert_allclose(logits.float().numpy(), exact.numpy(), atol=0.05)
    assert evidence.shape == (*ids.shape, 4)
