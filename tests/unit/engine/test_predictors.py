"""The real network behind the engine, small and with random weights: what a message's tag may depend on."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest
import torch

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.engine.predictors.collate import collate
from emotag_service.engine.predictors.cpu import CpuPredictor
from emotag_service.engine.predictors.cuda import CudaPredictor
from emotag_service.engine.probe import probe

CONFIG = CnnBiSruConfig(vocabulary_size=300, embedding_size=16, label_count=4)
ALL = Options(all_scores=True, explain=True)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return CnnBiSru(CONFIG).eval()


@pytest.fixture
def predictor(network):
    threads = torch.get_num_threads()
    yield CpuPredictor(FoldedCnnBiSru.from_network(network), CONFIG.label_count)
    torch.set_num_threads(threads)


def random_messages(count, seed=0):
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(250)]
    return [Message(" ".join(chance.choices(words, k=chance.randint(1, 40))), id=str(i)) for i in range(count)]


def test_the_cpu_predictor_computes_what_the_network_computes(predictor, network):
    probe(predictor)
    token_ids, lengths = collate([[5, 9, 2], [7], list(range(1, 30))])
    prediction = predictor.launch(token_ids, lengths, evidence=True)()
    with torch.inference_mode():
        logits, evidence = network.explain(torch.from_numpy(token_ids), torch.from_numpy(lengths))
    np.testing.assert_allclose(prediction.logits, logits.numpy(), atol=1e-5)
    np.testing.assert_allclose(prediction.evidence, evidence.numpy(), atol=1e-5)
    assert predictor.launch(token_ids, lengths, evidence=False)().evidence is None
    predictor.close()


def test_it_computes_on_one_core(predictor):
    assert torch.get_num_threads() == 1


async def test_a_tag_is_the_same_whatever_it_was_batched_with(started, predictor):
    engine = await started(predictor, limits=EngineLimits(batch_tokens=1_000, batch_messages=50))
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


async def test_replicas_agree(started, network):
    folded = FoldedCnnBiSru.from_network(network)
    engine = await started(*[lambda: CpuPredictor(folded, CONFIG.label_count)] * 2)
    messages = random_messages(300, seed=1)
    first = await engine.classify(messages, ALL)
    for tag, again in zip(first, await engine.classify(messages, ALL), strict=True):
        np.testing.assert_allclose(again.scores, tag.scores, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_cuda_predictor_computes_what_the_network_computes(network):
    predictor = CudaPredictor(CnnBiSru(CONFIG).eval(), CONFIG.label_count, 0)
    predictor._network.load_state_dict(network.state_dict())
    probe(predictor)
    batches = [collate([[5, 9, 2], [7]]), collate([list(range(1, 30))])]
    in_flight = [predictor.launch(*batch, evidence=True) for batch in batches]
    for (token_ids, lengths), collect in zip(batches, in_flight, strict=True):
        with torch.inference_mode():
            logits, _ = network.explain(torch.from_numpy(token_ids), torch.from_numpy(lengths))
        np.testing.assert_allclose(collect().logits, logits.numpy(), atol=0.05)  # half precision inside
    predictor.close()


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without a CUDA device")
def test_without_a_gpu_the_cuda_predictor_says_so(network):
    with pytest.raises((AssertionError, RuntimeError), match=r"CUDA|NVIDIA"):
        CudaPredictor(network, CONFIG.label_count, 0)


def test_the_network_runs_under_half_precision_as_the_cuda_path_uses_it(network):
    token_ids, lengths = collate([[5, 9, 2], [7]])
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        logits, evidence = network.explain(torch.from_numpy(token_ids), torch.from_numpy(lengths))
    with torch.inference_mode():
        exact, _ = network.explain(torch.from_numpy(token_ids), torch.from_numpy(lengths))
    np.testing.assert_allclose(logits.float().numpy(), exact.numpy(), atol=0.05)
    assert evidence.shape == (*token_ids.shape, 4)
