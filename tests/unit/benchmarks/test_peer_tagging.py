"""What peers compute is what emotag computes, however requests are gathered."""

import pytest

from emotag.local import EmotionTagger
from emotag_model.native.errors import LibraryMissingError
from emotag_model.native.library import load_library
from tests.benchmarks.peers.tagging import Tagging

TEXTS = ["Thank you so much!", "No, not yet.", "This is outrageous, I am furious.", "I am so sad today."]


@pytest.fixture(scope="module")
def tagging():
    try:
        load_library()
    except LibraryMissingError as error:
        pytest.skip(f"peers compute by the native core alone: {error}")
    return Tagging()


def test_labels_are_emotags(tagging):
    assert tagging.labels(TEXTS) == [tag.label for tag in EmotionTagger().tag(TEXTS)]
    assert len(set(tagging.labels(TEXTS))) > 1


def test_requests_that_were_gathered_get_their_own_labels(tagging):
    requests = [TEXTS[:1], [], TEXTS[1:]]
    assert tagging.batch(requests) == [tagging.labels(texts) for texts in requests]
    assert tagging.batch([]) == []


def test_what_has_nothing_to_read_is_left_out(tagging):
    assert tagging.readable(["\u200b", *TEXTS]) == TEXTS
