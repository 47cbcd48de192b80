import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.messages.tag import MessageTag, ModelName, label_json, nothing, score_json, score_text, tag_json
from tests.unit.kafka.records.helpers import FEAR, JOY, make_tag

SCORES = st.floats(0, 1)
NAMES = st.text(max_size=8)


def tags(names):
    return st.builds(
        MessageTag,
        label=NAMES,
        score=SCORES,
        labels=st.lists(NAMES, max_size=3).map(tuple),
        categories=st.just(names),
        scores=st.tuples(*[SCORES for _ in names]),
        taxonomy=NAMES,
        model=st.builds(ModelName, NAMES, NAMES, NAMES),
        tagged_at=st.floats(0, 4e9),
        uncertain=st.booleans(),
        truncated=st.booleans(),
    )


TAGS = st.lists(NAMES, max_size=5).map(tuple).flatmap(tags)


@given(TAGS)
def test_it_says_what_the_document_says_in_the_same_order(tag):
    rendered = tag_json(tag)
    assert json.loads(rendered) == tag.document()
    assert list(json.loads(rendered)) == list(tag.document())


def test_it_is_ascii_on_one_line_so_that_it_fits_any_document():
    rendered = tag_json(make_tag("förde\n%s", taxonomy="émotions"))
    assert rendered.isascii()
    assert rendered.isprintable()
    assert json.loads(rendered)["category"] == "förde\n%s"


def test_what_is_rendered_once_is_not_taken_for_something_else():
    for tag in (JOY, FEAR, make_tag("joy", 0.25, model=ModelName("other", "2", "ff")), JOY):
        assert json.loads(tag_json(tag)) == tag.document()


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_json_cannot_say_is_refused(score):
    with pytest.raises(ValueError, match="not a finite number"):
        tag_json(make_tag(score=score, categories=(), scores=()))
    with pytest.raises(ValueError, match="not a finite number"):
        tag_json(make_tag(categories=("joy", "fear"), scores=(0.5, score)))


def test_parts_of_it():
    assert label_json(make_tag('a"b')) == '"a\\"b"'
    assert score_text(JOY) == "0.912346"
    assert score_json(JOY) == '"0.912346"'
    assert nothing(JOY) == ""
