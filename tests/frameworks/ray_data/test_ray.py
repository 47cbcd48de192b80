"""Ray Data with two actors, each with the model in a process of its own."""

from __future__ import annotations

import os

import pyarrow as pa
import pytest
import ray
from ray import cloudpickle

from emotag.bulk.ray import EmotionMapper
from emotag.bulk.tagger import process_tagger
from emotag.local import EmotionTagger
from tests.e2e.pages import blocks
from tests.messages import at_hand

BAD = [None, "", " \n", "x" * 70_000]
TEXTS = at_hand() + BAD


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
    yield
    ray.shutdown()


def watched():
    """A mapper that says in which process it tags, and how often the model was loaded there; actors are sent it whole."""

    class Watched(EmotionMapper):
        def __call__(self, batch):
            made = super().__call__(batch)
            made = made.append_column("pid", [[os.getpid()] * len(batch)])
            return made.append_column("loads", [[process_tagger.cache_info().misses] * len(batch)])

    return Watched


def dataset():
    table = pa.table({"id": pa.array(range(len(TEXTS))), "text": pa.array(TEXTS)})
    return ray.data.from_arrow(table).repartition(8)


def test_rows_have_the_tags_of_a_tagger():
    options = {"taxonomy": "ekman", "scores": True}
    tagged = dataset().map_batches(
        watched(), fn_constructor_kwargs=options, concurrency=2, batch_format="pyarrow", batch_size=128
    )
    rows = sorted(tagged.take_all(), key=lambda row: row["id"])
    assert [row["text"] for row in rows] == TEXTS
    expected = iter(EmotionTagger().tag([text for text in TEXTS if text is not None], **options))
    for row in rows:
        tag = None if row["text"] is None else next(expected)
        if tag is None:
            assert row["emotion_error"] == "INVALID_ARGUMENT: text: is null; give a text"
        elif tag.error is not None:
            assert (row["emotion_error"], row["emotion_label"]) == (f"INVALID_ARGUMENT: {tag.error}", None)
        else:
            assert (row["emotion_label"], row["emotion_score"]) == (tag.label, tag.score)
            assert (tuple(row["emotion_labels"]), row["emotion_uncertain"]) == (tag.labels, tag.uncertain)
            assert dict(row["emotion_scores"]) == tag.scores
    assert sum(row["emotion_error"] is not None for row in rows) == len(BAD)
    assert 1 <= len({row["pid"] for row in rows}) <= 2
    assert {row["loads"] for row in rows} == {1}


def test_what_the_page_shows_runs():
    (shown,) = [block for page, block in blocks("python") if page == "docs/scale.md" and "EmotionMapper" in block]
    names = {"dataset": dataset()}
    exec(shown, names)  # noqa: S102 - our own page
    assert len(names["tagged"].filter(lambda row: row["emotion_error"] is None).take_all()) == len(TEXTS) - len(BAD)


def test_what_is_sent_to_workers_holds_no_model():
    EmotionTagger()
    assert len(cloudpickle.dumps(EmotionMapper)) < 20_000


def test_a_wrong_column_names_those_there_are():
    wrong = dataset().map_batches(
        EmotionMapper, fn_constructor_kwargs={"text_field": "body"}, concurrency=1, batch_format="pyarrow"
    )
    with pytest.raises(Exception, match="no column 'body'; name one of id, text"):
        wrong.take_all()
