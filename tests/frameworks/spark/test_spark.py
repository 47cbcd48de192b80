"""Spark with two worker processes, their Python workers, and the model in each."""

from __future__ import annotations

import os
import sys

import pyarrow as pa
import pytest
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from pyspark.sql.functions import arrow_udf

from emotag.bulk import tagger
from emotag.bulk.spark import emotion_udf
from emotag.local import EmotionTagger
from tests.e2e.pages import blocks
from tests.messages import at_hand

BAD = [None, "", " \n", "x" * 70_000]
TEXTS = at_hand() + BAD


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A cluster of two workers on this machine; not threads of one process, as `local[2]` is."""
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.local.dir", str(folder)).config("spark.sql.warehouse.dir", str(folder / "tables"))
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="module")
def frame(spark):
    rows = list(enumerate(TEXTS))
    return spark.createDataFrame(rows, "id int, text string").repartition(4)


def test_rows_have_the_tags_of_a_tagger(frame):
    found = frame.withColumn("emotion", emotion_udf("ekman", scores=True)("text")).collect()
    assert sorted(row.id for row in found) == list(range(len(TEXTS)))
    expected = EmotionTagger().tag([text for text in TEXTS if text is not None], taxonomy="ekman", scores=True)
    tags = dict(zip((place for place, text in enumerate(TEXTS) if text is not None), expected, strict=True))
    for row in found:
        tag, emotion = tags.get(row.id), row.emotion
        if tag is None:
            assert emotion.error == "INVALID_ARGUMENT: text: is null; give a text"
        elif tag.error is not None:
            assert (emotion.error, emotion.label) == (f"INVALID_ARGUMENT: {tag.error}", None)
        else:
            said = (emotion.label, emotion.score, tuple(emotion.labels), emotion.uncertain, emotion.scores)
            assert said == (tag.label, tag.score, tag.labels, tag.uncertain, tag.scores)
    assert sum(row.emotion.error is not None for row in found) == len(BAD)


def test_it_is_a_function_of_sql(spark, frame):
    spark.udf.register("emotion", emotion_udf())
    frame.createOrReplaceTempView("messages")
    (row,) = spark.sql("SELECT emotion(text).label AS label FROM messages WHERE id = 0").collect()
    assert row.label == EmotionTagger().tag(TEXTS[:1])[0].label


def test_what_the_page_shows_runs(spark, frame):
    (shown,) = [block for page, block in blocks("python") if page == "docs/scale.md" and "emotion_udf" in block]
    names = {"spark": spark, "frame": frame}
    exec(shown, names)  # noqa: S102 - our own page
    assert names["tagged"].where("error IS NULL").count() == len(TEXTS) - len(BAD)


def test_each_process_of_both_workers_loads_the_model_once(frame):
    @arrow_udf("pid long, loads long")
    def watched(texts: pa.Array) -> pa.Array:
        tagger.process_tagger(None).columns(texts.to_pylist())
        loads = tagger.process_tagger.cache_info().misses
        columns = [[os.getpid()] * len(texts), [loads] * len(texts)]
        return pa.StructArray.from_arrays([pa.array(each) for each in columns], ["pid", "loads"])

    # Sixteen tasks, so that every process has more than one.
    found = {tuple(row.seen) for row in frame.repartition(16).select(watched("text").alias("seen")).collect()}
    assert len(found) == 2
    assert {loads for _, loads in found} == {1}


def test_what_is_sent_to_workers_holds_no_model():
    EmotionTagger()
    assert len(cloudpickle.dumps(emotion_udf().func)) < 20_000
