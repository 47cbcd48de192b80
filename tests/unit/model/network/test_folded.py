"""The folded network: the same function as the trainable one, whatever it is batched, padded or shared with."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from emotag_model.network import folded
from emotag_model.network.folded import FoldedCnnBiSru
from tests.unit.model.network.networks import SIZES, VOCABULARY_SIZE, make_batch, make_network

LENGTHS = {
    "equal": [12] * 5,
    "ragged": [1, 23, 7, 22, 2, 23],
    "single": [9],
    "one word": [1],
    "long": [128, 3],
    "with an empty one": [4, 0, 3],
    "all empty": [0, 0],
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS.keys())
def test_logits_and_evidence_are_those_of_the_trainable_network(sizes: dict[str, Any], lengths: list[int]) -> None:
    network = make_network(**sizes)
    ids, counts = make_batch(lengths, steps=max(lengths) + 3)
    with torch.no_grad():
        expected = network.explain(ids, counts)
    got = FoldedCnnBiSru.from_network(network).explain(ids, counts)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_explaining_changes_no_bit_of_a_logit_and_accounts_for_all_of_it() -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    ids, counts = make_batch([1, 23, 7, 22], steps=30)
    logits, evidence = made.explain(ids, counts)
    assert torch.equal(logits, made.predict(ids, counts))
    torch.testing.assert_close(evidence.sum(dim=1) + made.bias, logits, atol=1e-5, rtol=1e-5)
    assert not evidence[torch.arange(30) >= counts.unsqueeze(1)].any()


def test_evidence_does_not_depend_on_neighbours_or_padding() -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    ids, counts = make_batch([9, 30, 7, 1], steps=41)
    ids[0, :9] = ids[0, 0]  # every word the same: the maxima are reached many times
    together = made.explain(ids, counts)[1]
    for index, length in enumerate(counts.tolist()):
        alone = made.explain(ids[index : index + 1, :length], counts[index : index + 1])[1]
        torch.testing.assert_close(alone[0], together[index, :length], atol=1e-5, rtol=0)


def test_logits_do_not_depend_on_batch_order_or_padding() -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    ids, counts = make_batch([1, 30, 7, 29, 30, 2, 15] * 9, steps=41)
    together = made.predict(ids, counts)
    shuffled = torch.randperm(len(ids), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(made.predict(ids[shuffled], counts[shuffled]), together[shuffled], atol=1e-5, rtol=0)
    for index, length in enumerate(counts.tolist()):
        alone = made.predict(ids[index : index + 1, :length], counts[index : index + 1])
        torch.testing.assert_close(alone[0], together[index], atol=1e-5, rtol=0)


def test_a_large_batch_is_computed_in_parts_of_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    ids, counts = make_batch([5, 9, 1, 7, 9, 3, 8])
    whole = made.explain(ids, counts)
    for at_once in (1, 20, 45):
        monkeypatch.setattr(folded, "_TOKENS_AT_ONCE", at_once)
        torch.testing.assert_close(made.explain(ids, counts), whole, atol=1e-5, rtol=1e-5)


def test_threads_share_one_without_disturbing_each_other() -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    batches = [make_batch([3 + seed % 7, 9, 1 + seed % 9], seed=seed) for seed in range(60)]
    expected = [made.predict(*batch) for batch in batches]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            for got, truth in zip(threads.map(lambda batch: made.predict(*batch), batches), expected, strict=True):
                assert torch.equal(got, truth)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_it_is_independent_of_the_network_that_it_was_made_from(sizes: dict[str, Any]) -> None:
    network = make_network(**sizes)
    made = FoldedCnnBiSru.from_network(network)
    ids, counts = make_batch([6, 3])
    before = made.predict(ids, counts)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    assert torch.equal(made.predict(ids, counts), before)


def test_folding_leaves_the_network_as_it_was() -> None:
    network = make_network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    FoldedCnnBiSru.from_network(network)
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_half_precision_embedding_folds_in_single_precision() -> None:
    network = make_network()
    with torch.no_grad():
        network.embedding.weight.copy_(network.embedding.weight.half())
        expected = network(*make_batch([6, 3]))
    network.embedding.half()
    made = FoldedCnnBiSru.from_network(network)
    got = made.predict(*make_batch([6, 3]))
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_results_are_usable_outside_and_carry_no_graph() -> None:
    logits, evidence = FoldedCnnBiSru.from_network(make_network()).explain(*make_batch([6, 3]))
    assert not logits.requires_grad
    assert logits.numpy().shape == (2, 6)
    assert evidence.numpy().shape == (2, 6, 6)


def test_bad_batches_are_refused_by_name() -> None:
    made = FoldedCnnBiSru.from_network(make_network())
    with pytest.raises(ValueError, match=f"token_ids must lie between 0 and {VOCABULARY_SIZE - 1}"):
        made.predict(torch.tensor([[VOCABULARY_SIZE]]), torch.tensor([1]))
    with pytest.raises(ValueError, match="lengths must lie between 0 and 1, got values from 2 to 2"):
        made.predict(torch.tensor([[1]]), torch.tensor([2]))
