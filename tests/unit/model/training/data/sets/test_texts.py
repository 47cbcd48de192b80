"""The texts without labels are registered as they are at hand: each source with its rows and its terms."""

import gzip
import json
from collections import Counter

import pytest

from emotag_model.training.data.readers import unlabelled
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.data.sets.streams import STREAMS
from emotag_model.training.data.sets.unlabelled import UNLABELLED
from tests.unit.model.training.data.miniature import SHARED, needs_shared


@pytest.mark.parametrize("entry", [*UNLABELLED, *STREAMS], ids=lambda entry: entry.name)
def test_none_has_labels_or_is_held_out(entry):
    assert entry.labels == {}
    assert entry.reader is unlabelled
    assert entry.train_splits() == list(entry.splits)


def test_all_of_the_corpus_is_registered():
    assert sum(entry.splits[0].rows for entry in UNLABELLED) == 436_887
    assert {entry.file for entry in UNLABELLED} == {"unlabelled/{split}.jsonl.gz"}
    assert len({entry.source for entry in UNLABELLED}) == len(UNLABELLED)


def test_what_people_posted_does_not_ship():
    posted = [entry for entry in UNLABELLED if "tweeteval" in entry.name or "deepmoji" in entry.name]
    assert len(posted) == 11
    assert not any(entry.licence.may_ship for entry in posted)


def test_titles_tell_sources_of_one_makers_apart():
    titles = [entry.title for entry in UNLABELLED]
    assert len(set(titles)) == len(titles)
    assert REGISTRY["unlabelled:tweeteval_hate"].title == "TweetEval, hate"


@needs_shared
def test_sources_have_the_rows_that_are_registered():
    with gzip.open(SHARED / "unlabelled" / "short_text_en.jsonl.gz") as lines:
        found = Counter(json.loads(line)["source"] for line in lines)
    assert found == {entry.source: entry.splits[0].rows for entry in UNLABELLED}


@needs_shared
def test_streams_have_the_rows_that_are_registered():
    for entry in STREAMS:
        with gzip.open(entry.path(SHARED, entry.splits[0].name)) as lines:
            assert sum(1 for _ in lines) == entry.splits[0].rows
