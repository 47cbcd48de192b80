"""A survey counts what tags are like, and keeps the most confident ones."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.predict import predict_logits
from emotag_model.evaluation.survey import survey, survey_files
from emotag_model.labels import LabelsError
from emotag_model.text import TextDataError
from emotag_model.text.examples import Row

TEXTS = ["so happy !", "sad", "i am so sad", "happy", "do n't", "happy", "i am i am i am i am i am", "\u200b"]


def rows(texts):
    return [Row({}, text, f"f:{number}") for number, text in enumerate(texts, start=1)]


def scores_of(checkpoint, texts):
    taxonomy = checkpoint.labels.taxonomy("basic")
    ids = [checkpoint.tokenizer.encode(text).ids for text in texts]
    return taxonomy, taxonomy.scores(predict_logits(checkpoint.network(), ids))


def test_every_readable_message_is_counted(checkpoint):
    found = survey(checkpoint, "here", rows(TEXTS))
    assert (found.source, found.taxonomy) == ("here", "basic")
    assert (found.messages, found.unreadable) == (7, 1)
    assert found.truncated == pytest.approx(1 / 7)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert list(found.shares) == list(checkpoint.labels.taxonomy("basic").labels)


def test_shares_and_scores_are_those_of_the_tags(checkpoint):
    found = survey(checkpoint, "here", rows(TEXTS))
    taxonomy, scores = scores_of(checkpoint, TEXTS[:7])
    tags = taxonomy.chosen(scores)
    for k, label in enumerate(taxonomy.labels):
        assert found.shares[label] == pytest.approx((tags == k).mean())
    assert found.mean_score == pytest.approx(scores[np.arange(7), tags].mean(), abs=1e-3)


def test_uncertain_is_what_no_threshold_lets_pass(checkpoint):
    ekman, outputs = checkpoint.labels.taxonomy("ekman"), checkpoint.labels.outputs
    for threshold, expected in ((0.0, 0.0), (1.0, 1.0)):
        strict = ekman.calibrated(ekman.above, ekman.bias, [threshold] * 7)
        labels = type(checkpoint.labels)(outputs=outputs, taxonomies={"ekman": strict}, default="ekman")
        changed = type(checkpoint)(**{**vars(checkpoint), "labels": labels})
        assert survey(changed, "here", rows(TEXTS)).uncertain == expected


def test_the_most_confident_come_first_and_only_once(checkpoint):
    found = survey(checkpoint, "here", rows(TEXTS), top=2)
    assert "neutral" not in found.confident
    kept = [each for messages in found.confident.values() for each in messages]
    assert kept
    assert len({each.text for each in kept}) == len(kept)
    for messages in found.confident.values():
        assert len(messages) <= 2
        assert [each.score for each in messages] == sorted((each.score for each in messages), reverse=True)
    assert all(each.place == f"f:{TEXTS.index(each.text) + 1}" for each in kept)


def test_another_taxonomy_and_none_kept(checkpoint):
    found = survey(checkpoint, "here", rows(TEXTS), taxonomy="sentiment", top=0)
    assert list(found.shares) == ["positive", "negative", "ambiguous", "neutral"]
    assert found.confident == {"positive": [], "negative": [], "ambiguous": []}
    with pytest.raises(LabelsError, match="'moods' is unknown"):
        survey(checkpoint, "here", rows(TEXTS), taxonomy="moods")


def test_nothing_to_read(checkpoint):
    with pytest.raises(TextDataError, match="here: no message shows anything to read"):
        survey(checkpoint, "here", rows(["\u200b"]))
    with pytest.raises(TextDataError, match="here"):
        survey(checkpoint, "here", [])


def test_it_goes_into_json(checkpoint):
    found = survey(checkpoint, "here", rows(TEXTS))
    assert json.loads(json.dumps(found.to_dict()))["messages"] == 7


def test_several_files_and_all_of_them(checkpoint):
    files = {"a": rows(TEXTS[:3]), "b": rows(TEXTS[3:])}
    first, second, both = survey_files(checkpoint, files, top=3)
    assert first == survey(checkpoint, "a", files["a"], top=3)
    assert second == survey(checkpoint, "b", files["b"], top=3)
    whole = survey(checkpoint, "all files", [*files["a"], *files["b"]], top=3)
    assert (both.source, both.messages, both.unreadable) == ("all files", 7, 1)
    assert both.shares == pytest.approx(whole.shares)
    assert both.mean_score == pytest.approx(whole.mean_score)


def test_one_file_is_not_summed_up_twice(checkpoint):
    assert len(survey_files(checkpoint, {"a": rows(TEXTS)})) == 1
