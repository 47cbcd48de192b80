"""Scores of the native core against those of `Taxonomy`."""

from dataclasses import fields, replace

import numpy as np
import pytest

from emotag_model.labels import default_labels
from emotag_model.labels.taxonomy import Taxonomy
from emotag_model.native import scores
from emotag_model.native.errors import LibraryMissingError, RefusedError
from emotag_model.native.scores import NativeTaxonomy, native_taxonomy

OUTPUTS = 35


def calibrated(taxonomy, random):
    count = len(taxonomy.labels)
    above, below, bias, thresholds = random.uniform(0.05, 3, (4, count))
    return taxonomy.calibrated(above, bias - 1.5, thresholds / 3, below=below)


def native_of(taxonomy, library):
    return NativeTaxonomy(**{each.name: getattr(taxonomy, each.name) for each in fields(taxonomy)}, library=library)


@pytest.fixture(params=["basic", "ekman", "goemotions", "sentiment"])
def taxonomy(request):
    return calibrated(default_labels().taxonomies[request.param], np.random.default_rng(3))


@pytest.mark.parametrize("count", [0, 1, 2, 257])
def test_scores_are_those_of_the_taxonomy(native, taxonomy, count):
    logits = np.random.default_rng(count).normal(0, 7, (count, OUTPUTS)).astype(np.float32)
    got = native_of(taxonomy, native).scores(logits)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, taxonomy.scores(logits), atol=1e-6, rtol=0)


def test_the_largest_logits_make_scores_of_0_and_1(native, taxonomy):
    for value in (-1e30, -1e4, 0.0, 1e4, 1e30):
        logits = np.full((1, OUTPUTS), value, np.float32)
        np.testing.assert_allclose(
            native_of(taxonomy, native).scores(logits), taxonomy.scores(logits), atol=1e-6, rtol=0
        )


def test_a_row_is_the_same_to_the_last_bit_whatever_it_stands_among(native, taxonomy):
    computed = native_of(taxonomy, native)
    logits = np.random.default_rng(1).normal(0, 4, (64, OUTPUTS)).astype(np.float32)
    alone = np.concatenate([computed.scores(row[None]) for row in logits])
    assert np.array_equal(alone, computed.scores(logits))


def test_rows_need_not_lie_side_by_side_nor_be_writable(native, taxonomy):
    logits = np.random.default_rng(2).normal(0, 4, (6, 2 * OUTPUTS)).astype(np.float32)[:, ::2]
    expected = native_of(taxonomy, native).scores(np.array(logits))
    logits.flags.writeable = False
    assert np.array_equal(native_of(taxonomy, native).scores(logits), expected)


def test_outputs_that_the_model_does_not_have_are_refused(native, taxonomy):
    with pytest.raises(RefusedError, match="members"):
        native_of(taxonomy, native).scores(np.zeros((1, 3), np.float32))


def test_what_is_calibrated_anew_computes_with_the_new_lines(native, taxonomy):
    computed = native_of(taxonomy, native)
    logits = np.ones((1, OUTPUTS), np.float32)
    before = computed.scores(logits)
    other = replace(computed, bias=tuple(each + 1 for each in computed.bias))
    assert (other.scores(logits) > before).all()


def test_what_another_thread_computed_at_once_may_replace_what_is_kept(native, taxonomy):
    """From Python 3.12 on nothing keeps two threads from both computing what is kept: the later one's stays."""
    computed = native_of(taxonomy, native)
    logits = np.random.default_rng(4).normal(0, 4, (3, OUTPUTS)).astype(np.float32)
    expected = computed.scores(logits)
    for name in set(vars(computed)) - {each.name for each in fields(computed)}:
        replaced = vars(computed)[name]
        vars(computed)[name] = vars(type(computed))[name].func(computed)
        for array in (each for each in replaced if isinstance(each, np.ndarray)):
            array.fill(1)  # as memory that was freed and is used again
        assert np.array_equal(computed.scores(logits), expected), name


def test_without_a_library_the_taxonomy_stays_as_it_is(monkeypatch, taxonomy):
    def missing():
        raise LibraryMissingError("there is none")

    monkeypatch.setattr(scores, "load_library", missing)
    assert type(native_taxonomy(taxonomy)) is Taxonomy
