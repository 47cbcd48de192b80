"""The page holds every figure and the mistakes, asks for nothing else, and escapes what users wrote."""

import html.parser

import numpy as np
import pytest

from emotag_model.evaluation.assessment import Sampling, assess
from emotag_model.evaluation.page.html import write_page
from emotag_model.text.examples import Example
from tests.unit.model.evaluation.page.outcomes import make_outcome

HOSTILE = '<script>alert("1")</script> & \u2603 \ud800'


class Reader(html.parser.HTMLParser):
    """Collects tags, links and text, and checks that what opens closes."""

    VOID = frozenset({"meta", "img"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links, self.text = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def read(tmp_path):
    def read(texts, sampling, theirs=None):
        random = np.random.default_rng(0)
        truth = np.eye(2, dtype=bool)[random.integers(2, size=len(texts))]
        outcome = make_outcome(random.random((len(texts), 2)), truth)
        assessment = assess(outcome, sampling, theirs(outcome) if theirs else None)
        examples = [Example(text, (0,), f"data:{row}") for row, text in enumerate(texts)]
        write_page(tmp_path / "a.html", "title <1>", ["note & note"], examples, [(outcome, assessment)])
        reader = Reader()
        reader.feed((tmp_path / "a.html").read_text(encoding="utf-8"))
        reader.close()
        assert not reader.open
        return reader, assessment

    return read


def test_every_figure_is_there(read):
    page, assessment = read([f"text {row}" for row in range(40)], Sampling(resamples=50))
    interval = assessment.intervals["macro-F1"]
    report = assessment.report
    for words in (
        "title <1>",
        "note & note",
        f"{interval.low:.4f} to {interval.high:.4f}",
        f"{report.micro_f1:.4f}",
        f"{report.accuracy:.4f}",
        f"{report.calibration_error:.4f}",
        f"{report.labels[1].recall:.3f}",
        "The 50 most confident mistakes",
        "By length",
        "15 equal bins",
    ):
        assert words in page.text
    assert page.tags.count("img") == 3


def test_nothing_is_fetched(read):
    page, _ = read(["a", "b"], Sampling(resamples=5))
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert not {"script", "link", "iframe"} & set(page.tags)


def test_texts_cannot_become_markup(read):
    page, _ = read([HOSTILE] * 30, Sampling(resamples=0))
    assert "script" not in page.tags
    assert '<script>alert("1")</script> & ☃ ?' in page.text


def test_no_intervals_and_differences(read):
    page, assessment = read(["a"] * 20, Sampling(resamples=0))
    assert f"{assessment.report.macro_f1:.4f}" in page.text
    page, assessment = read(["a"] * 20, Sampling(resamples=20), theirs=lambda outcome: outcome.tally[::-1])
    assert str(assessment.differences["macro-F1"]) in page.text
