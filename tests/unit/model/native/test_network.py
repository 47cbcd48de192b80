"""The native network: the same function as the torch networks, whatever a message is computed with."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from emotag_model.native.errors import RefusedError
from emotag_model.native.folding import Folding
from emotag_model.native.network import NativeNetwork, concatenate
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_model.sru.naive import naive_bisru
from tests.unit.model.native.networks import SIZES, make_native, make_texts, pad, ragged, weights_of
from tests.unit.model.native.rounded import rounded
from tests.unit.model.network.networks import make_network

LENGTHS = {
    "one token": [1],
    "two": [2],
    "ragged": [1, 23, 7, 22, 2, 23, 3, 4, 5, 6],
    "long": [256, 3],
    "longer than a block": [300, 129],
    "with empty ones": [0, 4, 0, 0, 3, 0],
    "all empty": [0, 0],
    "none": [],
}
EDGE = 5e-3
TEXT = concatenate(make_texts([9, 1, 4]))


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_logits_and_evidence_are_those_of_the_torch_networks(sizes, native, exact_kernels):
    network = make_network(**sizes)
    folded = FoldedCnnBiSru.from_network(network)
    for kernel in exact_kernels:
        made = make_native(network, native, kernel=kernel)
        assert made.kernel == kernel
        for lengths in LENGTHS.values():
            texts = make_texts(lengths)
            logits, evidence = made.explain(*concatenate(texts))
            if not texts:
                assert logits.shape == (0, network.config.label_count)
                continue
            for truth in (network, folded):
                with torch.no_grad():
                    expected, reasons = truth.explain(*pad(texts))
                np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)
                np.testing.assert_allclose(evidence, ragged(reasons, texts), rtol=1e-5, atol=1e-5)
                np.testing.assert_allclose(sigmoid(logits), sigmoid(expected.numpy()), atol=1e-5)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_in_whole_numbers_they_are_those_of_the_rounded_network(sizes, native, coarse_kernels):
    network = make_network(**sizes)
    truth = rounded(network)
    made, *others = (make_native(network, native, kernel=each) for each in coarse_kernels)
    for lengths in LENGTHS.values():
        texts = [text for text in make_texts(lengths) if len(text)]
        logits, evidence = made.explain(*concatenate(texts))
        if not texts:
            continue
        with torch.no_grad():
            expected, reasons = truth.explain(*pad(texts))
            exact = network(*pad(texts)).numpy()
        # A value on the edge of two levels goes either way by its last bit, which moves a logit by a level's worth.
        assert np.median(np.abs(logits - expected.numpy())) < 1e-4
        np.testing.assert_allclose(logits, expected, atol=EDGE)
        np.testing.assert_allclose(evidence, ragged(reasons, texts), atol=EDGE)
        np.testing.assert_allclose(logits, exact, atol=0.1)
        for other in others:  # whole sums have no order
            assert all(map(np.array_equal, other.explain(*concatenate(texts)), (logits, evidence)))


def test_in_whole_numbers_what_is_no_number_stays_none(native, coarse_kernels):
    [coarse_kernel, *_] = coarse_kernels
    for name in ("conv.convs.1.weight", "attention.key.weight"):
        for value in (float("nan"), float("inf")):
            network = make_network()
            with torch.no_grad():
                network.get_parameter(name).view(-1)[3] = value
            got, exact = (
                make_native(network, native, kernel=each).predict(*TEXT) for each in (coarse_kernel, "portable")
            )
            assert np.array_equal(np.isnan(got).any(axis=1), np.isnan(exact).any(axis=1)), (name, value)
        with torch.no_grad():
            network.get_parameter(name).zero_()
        got = make_native(network, native, kernel=coarse_kernel).predict(*TEXT)
        np.testing.assert_allclose(got, make_native(network, native, kernel="portable").predict(*TEXT), atol=0.1)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_states_of_the_bisru_channel_are_those_of_its_layers(sizes, native, kernels):
    network = make_network(**sizes)
    for kernel in kernels:
        made = make_native(network, native, kernel=kernel)
        for lengths in LENGTHS.values():
            texts = make_texts(lengths)
            states = made.states(*concatenate(texts))
            assert states.shape == (sum(lengths), 2, network.config.sru_size)
            expected = [_reference_states(network, text) for text in texts if len(text)]
            joined = np.concatenate([np.empty((0, 2 * network.config.sru_size), np.float32), *expected])
            np.testing.assert_allclose(states.reshape(joined.shape), joined, rtol=0, atol=1e-5)


def _reference_states(network, ids):
    """Ids [T] → states of the last layer [T, 2 · D], by the formula."""
    with torch.no_grad():
        states = network.embedding(torch.from_numpy(ids)[:, None])  # [T, 1, E]
        mask = torch.ones(len(ids), 1, dtype=torch.bool)
        for layer in network.sru:
            states = naive_bisru(states, mask, layer.weights)
    return states[:, 0].numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("layers", [1, 2])
def test_no_bit_depends_on_what_a_message_is_computed_with(layers, dtype, native, kernels):
    network = make_network(sru_layers=layers)
    texts = make_texts([1, 30, 7, 0, 29, 30, 2, 15, 130, 3] * 7)
    shuffled = np.random.default_rng(1).permutation(len(texts))
    for kernel in kernels:
        made = make_native(network, native, kernel=kernel, dtype=dtype)
        logits, evidence = made.explain(*concatenate(texts))
        assert np.array_equal(made.predict(*concatenate(texts)), logits)
        assert np.array_equal(made.predict(*concatenate([texts[index] for index in shuffled])), logits[shuffled])
        alone = [made.explain(*concatenate([text])) for text in texts]
        assert np.array_equal(np.concatenate([each for each, _ in alone]), logits)
        assert np.array_equal(np.concatenate([each for _, each in alone]), evidence)


def test_scores_of_any_size_neither_overflow_nor_vanish(native, exact_kernels):
    network = make_network()
    with torch.no_grad():
        network.attention.query.weight *= 200
        network.attention.key.weight *= 200
    texts = make_texts([1, 9, 40, 256])
    with torch.no_grad():
        expected = network.double()(*pad(texts))
    network.float()
    for kernel in exact_kernels:
        got = make_native(network, native, kernel=kernel).predict(*concatenate(texts))
        np.testing.assert_allclose(got, expected, atol=2e-3)  # float32 rounds scores of thousands


def test_a_table_in_half_precision_moves_logits_little(native, exact_kernels):
    network = make_network()
    texts = make_texts([1, 23, 7, 22])
    with torch.no_grad():
        expected = network(*pad(texts))
    results = [
        make_native(network, native, kernel=each, dtype=np.float16).predict(*concatenate(texts))
        for each in exact_kernels
    ]
    for got in results:
        np.testing.assert_allclose(got, expected, atol=5e-3)
        np.testing.assert_allclose(got, results[0], atol=1e-5, rtol=1e-5)  # every kernel widens a half alike


def test_threads_share_one_without_disturbing_each_other(native):
    made = make_native(make_network(), native)
    batches = [concatenate(make_texts([3 + seed % 7, 9, 1 + seed % 9], seed)) for seed in range(60)]
    expected = [made.predict(*batch) for batch in batches]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            for got, truth in zip(threads.map(lambda batch: made.predict(*batch), batches), expected, strict=True):
                assert np.array_equal(got, truth)


def test_weights_in_half_precision_fold_in_single(native):
    network = make_network()
    weights = weights_of(network) | {"embedding.weight": network.embedding.weight.detach().half().numpy()}
    with torch.no_grad():
        network.embedding.weight.copy_(network.embedding.weight.half())
    folding = Folding(network.config, weights)
    table, exact = np.concatenate(list(folding.table())), {"kernel": "portable", "library": native}
    made = NativeNetwork(network.config, table, folding.matrices(), **exact)
    texts = make_texts([6, 3])
    with torch.no_grad():
        np.testing.assert_allclose(made.predict(*concatenate(texts)), network(*pad(texts)), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("ids", "lengths", "said"),
    [
        ([97], [1], "ids: must lie between 1 and 96"),
        ([0], [1], "ids: must lie between 1 and 96"),
        ([-1], [1], "ids: must lie between 1 and 96"),
        ([1], [2], "lengths: their sum"),
        ([1, 1], [1], "lengths: their sum"),
        ([], [-1], "lengths: one is negative"),
    ],
)
def test_bad_batches_are_refused_by_name(ids, lengths, said, native):
    made = make_native(make_network(), native)
    for compute in (made.predict, made.states):
        with pytest.raises(RefusedError, match=said):
            compute(np.array(ids, np.int32), np.array(lengths, np.int32))


def test_weights_of_another_network_are_refused(native):
    small, large = (make_network(sru_size=size) for size in (16, 32))
    folding = Folding(small.config, weights_of(small))
    table = np.concatenate(list(folding.table()))
    with pytest.raises(RefusedError, match="table: not of the size"):
        NativeNetwork(large.config, table, folding.matrices(), library=native)
    with pytest.raises(RefusedError, match="weights: too few"):
        NativeNetwork(small.config, table, folding.matrices()[:-1], library=native)
    with pytest.raises(RefusedError, match="weights: too many"):
        NativeNetwork(small.config, table, np.append(folding.matrices(), 0), library=native)
    with pytest.raises(RefusedError, match="none named abacus"):
        NativeNetwork(small.config, table, folding.matrices(), kernel="abacus", library=native)
