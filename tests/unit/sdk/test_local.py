"""Tags in process: those that a server with the same checkpoint gives, and the same errors."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from emotag import EmotionClient, InvalidArgumentError, Message
from emotag.cli.demo_server import DemoServer
from emotag.local import EmotionTagger
from emotag_model import reader
from emotag_model.native.errors import LibraryMissingError
from emotag_model.native.model import NativeModel

TEXTS = (
    "Thank you so much, you saved my trip!",
    "No, I have not placed the blocks yet.",
    "This is unacceptable, I waited three hours.",
    "I'm worried that we will miss the deadline 😟",
    "word " * 400,
    "naïve straße 日本 ﬁne",
)
BAD = ("", " \n", "\u200b", "x" * 70_000, "\ud800", 5, Message("hi", id="i" * 300), Message("hi", time_to_live=-1.0))


@pytest.fixture(scope="module")
def tagger():
    return EmotionTagger()


def shown(tags):
    return [
        (each.label, each.score, each.labels, each.scores, each.uncertain, each.truncated, each.token_weights)
        for each in tags
    ]


def faults(tag):
    """What is said of a bad message, without its place in a request."""
    error = tag.error
    return [re.sub(r"^messages\[\d+\]\.", "", each) for each in (str(error), error.field)], error.code, error.reason


def test_tags_are_those_of_a_server(tagger):
    with DemoServer() as server, EmotionClient(server.target) as client:
        for taxonomy in ("", "ekman", "goemotions", "sentiment"):
            options = {"taxonomy": taxonomy, "scores": True, "top_k": 2}
            assert shown(tagger.tag(TEXTS, **options)) == shown(client.classify_many(TEXTS, **options))
        local, remote = tagger.tag(TEXTS, explain=True), client.classify_many(TEXTS, explain=True)
        for one, other in zip(local, remote, strict=True):
            assert [token for token, _ in one.token_weights] == [token for token, _ in other.token_weights]
            assert [share for _, share in one.token_weights] == pytest.approx(
                [share for _, share in other.token_weights], abs=1e-6
            )
        for one, other in zip(tagger.tag(BAD), client.classify_many(BAD), strict=True):
            assert type(one.error) is type(other.error)
            assert faults(one) == faults(other)
        told = client.info()
        assert (tagger.info.model, tagger.info.taxonomies) == (told.model, told.taxonomies)
        assert tagger.info.limits.max_text_bytes == told.limits.max_text_bytes
        assert tagger.info.computes == told.computes


def test_a_column_has_the_same_tags_and_errors(tagger):
    texts = [text for text in (*TEXTS, *BAD) if isinstance(text, str)] * 60
    for taxonomy in ("", "ekman", "goemotions"):
        tags = tagger.tag(texts, taxonomy=taxonomy, scores=True)
        made = tagger.columns(texts, taxonomy=taxonomy, scores=True)
        for place, tag in enumerate(tags):
            if tag.error is None:
                said = (made.label[place], made.score[place], made.labels[place], made.uncertain[place])
                assert said == (tag.label, tag.score, tag.labels, tag.uncertain)
                assert (made.scores[place], made.error[place]) == (tag.scores, None)
            else:
                assert made.errors()[place] == f"INVALID_ARGUMENT: {tag.error}"
                assert made.label[place] is made.score[place] is made.scores[place] is None


def test_what_is_no_text_in_a_column_is_an_error_in_its_row(tagger):
    given = InvalidArgumentError("the line is bad")
    made = tagger.columns([None, 5, "fine", given])
    assert made.errors()[:2] == [f"INVALID_ARGUMENT: text: is {kind}; give a text" for kind in ("null", "a int")]
    assert made.error[2] is None
    assert made.error[3] is given
    with pytest.raises(InvalidArgumentError, match="plutchik"):
        tagger.columns([], taxonomy="plutchik")


class Labelled:
    """A column as pandas has it: read from its first row to its last, but indexed by labels."""

    def __init__(self, rows):
        self._rows = rows

    def __iter__(self):
        return iter(self._rows.values())

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, label):
        return self._rows[label]


def test_a_column_whose_rows_have_labels_is_tagged_row_by_row(tagger):
    column = Labelled(dict(zip((2, 0, 1), TEXTS[:3], strict=True)))
    assert tagger.columns(column).label == [tag.label for tag in tagger.tag(TEXTS[:3])]


def test_ids_and_order_are_the_callers(tagger):
    tags = tagger.tag([Message("a", id="x"), "b", Message("", id="y"), Message("c", id="x")])
    assert [tag.message_id for tag in tags][::2] == ["x", "y"]
    assert [tag.error is None for tag in tags] == [True, True, False, True]
    assert tags[0].model.digest == tagger.info.model.digest


def test_threads_and_tasks_may_share_one(tagger):
    texts = [f"{text} {number}" for number in range(200) for text in TEXTS[:4]]
    alone = shown(tagger.tag(texts))
    with ThreadPoolExecutor(4) as threads:
        assert all(shown(tags) == alone for tags in threads.map(tagger.tag, [texts] * 8))

    async def together():
        return await asyncio.gather(*(tagger.tag_async(texts) for _ in range(4)))

    assert all(shown(tags) == alone for tags in asyncio.run(together()))


def test_nothing_gives_nothing(tagger):
    assert tagger.tag([]) == []


def test_what_a_caller_does_wrong_is_named(tagger, tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"several, not one str"):
        tagger.tag("hello")
    with pytest.raises(InvalidArgumentError, match=r"taxonomy: is 'plutchik'.*choose among basic, "):
        tagger.tag(["hello"], taxonomy="plutchik")
    with pytest.raises(InvalidArgumentError, match=r"checkpoint: .*not an emotag checkpoint"):
        EmotionTagger(tmp_path)


def test_torch_gives_the_same_where_there_is_no_core(tagger, monkeypatch, caplog):
    def missing(*_):
        raise LibraryMissingError("no compiler was here")

    monkeypatch.setattr(NativeModel, "load", missing)
    slow = EmotionTagger()
    assert slow.info.computes == "torch"
    assert "no compiler was here" in caplog.text
    for one, other in zip(tagger.tag(TEXTS, explain=True), slow.tag(TEXTS, explain=True), strict=True):
        assert (one.label, one.labels, one.truncated) == (other.label, other.labels, other.truncated)
        assert one.score == pytest.approx(other.score, abs=1e-3)
        assert len(one.token_weights) == len(other.token_weights)
    assert slow.tag([]) == slow.tag([], explain=True) == []
    monkeypatch.setattr(reader, "find_spec", lambda _: None)
    with pytest.raises(Exception, match=r"C\+\+ compiler.*emotag\[torch\]"):
        EmotionTagger()


def test_neither_torch_nor_a_front_is_imported():
    code = (
        "import sys; from emotag.local import EmotionTagger; print(EmotionTagger().tag(['thank you'])[0].label);"
        "print(*[name for name in ('torch', 'structlog', 'aiokafka', 'emotag_service.grpc') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[1:] == [""]
