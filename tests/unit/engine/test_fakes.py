"""The fakes are public: what they promise is tested too."""

from __future__ import annotations

import threading

import numpy as np

from emotag_service.engine.predictors.protocol import WARM_UP_WORD
from emotag_service.testing import FakeClock, ScriptedPredictor, WordTokenizer, plain_taxonomies


def test_a_fake_clock_stands_still_until_told():
    clock = FakeClock(5.0)
    assert clock() == clock() == 5.0
    clock.advance(1.5)
    assert clock() == 6.5


def test_words_keep_their_ids_and_never_get_those_that_mean_something_else():
    tokenizer = WordTokenizer(max_tokens=3)
    encoding = tokenizer.encode("a b a c")
    assert (encoding.ids, encoding.truncated) == ([2, 3, 2], True)
    assert tokenizer.tokens("a b a c") == ["a", "b", "a"]
    assert tokenizer.id_of("c") > 3
    assert tokenizer.encode("  ").ids == []


def scripted():
    predictor = ScriptedPredictor()
    predictor.tokenizer = WordTokenizer()
    return predictor


def test_scripted_logits_depend_on_the_tokens_alone():
    predictor = scripted()
    alone = predictor.launch(["a b"], evidence=True)()
    together = predictor.launch(["c c c", "a b", ""], evidence=False)()
    np.testing.assert_array_equal(together.logits[1], alone.logits[0])
    assert alone.logits[0].argmax() == (2 + 3) % 4
    assert [each.tolist() for each in alone.evidence] == [[[0.5] * 4] * 2]
    assert together.evidence is None
    assert together.lengths.tolist() == [3, 2, 0]
    assert predictor.batches == [[[2, 3]], [[4, 4, 4], [2, 3], []]]


def test_a_held_predictor_waits_for_its_release():
    predictor, results = scripted(), []
    predictor.hold()
    collect = predictor.launch(["a"], evidence=False)
    thread = threading.Thread(target=lambda: results.append(collect()))
    thread.start()
    assert predictor.wait_until_hanging()
    assert results == []
    predictor.release()
    thread.join(30)
    assert len(results) == 1


def test_warm_ups_follow_no_script():
    predictor = scripted()
    predictor.hold()
    predictor.garble = lambda logits: logits * np.nan
    assert np.isfinite(predictor.launch([f"{WARM_UP_WORD} {WARM_UP_WORD}"], evidence=False)().logits).all()
    assert predictor.batches == []


def test_plain_taxonomies_cover_the_same_four_labels():
    fine, coarse = plain_taxonomies()
    assert len(fine.labels) == 4
    assert sorted(member for group in coarse.members for member in group) == [0, 1, 2, 3]
