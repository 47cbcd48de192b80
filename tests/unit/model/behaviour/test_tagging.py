"""Tags of texts are those of the service: the same labels, scores and rule for the winner."""

from dataclasses import replace

import numpy as np
import pytest

from emotag_model.behaviour.errors import SuiteError
from emotag_model.behaviour.tagging import judged, tag_texts
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import BASIC, EKMAN, Taxonomy


def test_scores_and_label_are_those_of_the_taxonomy(tiny):
    text = "i am so happy !"
    (found,) = tag_texts(tiny, [text]).values()
    taxonomy = judged(tiny.labels)
    logits = predict_logits(tiny.network(), [tiny.tokenizer.encode(text).ids])
    expected = taxonomy.scores(logits)[0]
    assert list(found.scores) == list(taxonomy.labels)
    np.testing.assert_allclose(list(found.scores.values()), expected, atol=1e-3)
    passing = [label for label, score in found.scores.items() if score >= 0.5] or list(found.scores)
    assert found.label == max(passing, key=found.scores.__getitem__)


def with_taxonomies(labels, *taxonomies):
    return replace(labels, taxonomies={each.name: each for each in taxonomies}, default=taxonomies[0].name)


def test_it_judges_by_the_plain_words_where_there_are_some(tiny):
    ekman, sentiment = tiny.labels.taxonomy(EKMAN), tiny.labels.taxonomy("sentiment")
    basic = Taxonomy.plain(BASIC, dict(zip(ekman.labels, ekman.members, strict=True)))
    assert judged(with_taxonomies(tiny.labels, ekman, basic)) is basic
    assert judged(with_taxonomies(tiny.labels, sentiment, ekman)) is ekman


def test_a_checkpoint_without_the_seven_labels_is_refused(tiny):
    other = replace(tiny, labels=with_taxonomies(tiny.labels, tiny.labels.taxonomy("sentiment")))
    with pytest.raises(SuiteError, match="the suite judges by basic or ekman; this checkpoint has sentiment"):
        tag_texts(other, ["i am happy"])


def test_every_text_is_tagged_once_whatever_it_stands_beside(tiny):
    texts = ["i am happy", "so sad", "i am happy", "you are not sad !"]
    together = tag_texts(tiny, texts)
    assert list(together) == ["i am happy", "so sad", "you are not sad !"]
    for text in together:
        alone = tag_texts(tiny, [text])[text]
        assert alone.label == together[text].label
        assert alone.scores == pytest.approx(together[text].scores, abs=1e-5)


def test_a_case_that_shows_nothing_is_a_mistake_of_its_writer(tiny):
    with pytest.raises(SuiteError, match="a case shows nothing to read"):
        tag_texts(tiny, ["i am happy", "\u200b"])


def test_the_shipped_checkpoint_knows_joy_from_anger(shipped):
    found = tag_texts(shipped, ["I love it, thank you so much!", "I hate you, you idiot!", "The bus leaves at 8."])
    assert [tag.label for tag in found.values()] == ["joy", "anger", "neutral"]
