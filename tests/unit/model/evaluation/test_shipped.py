"""The checkpoint that ships holds its bar on GoEmotions' dev split, and its card tells the truth."""

import os
from pathlib import Path

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation import evaluate
from emotag_model.text.examples import load_examples

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared"))
DEV = SHARED / "data" / "text" / "goemotions" / "dev.jsonl.gz"
BARS = {"ekman": 0.635, "goemotions": 0.51, "sentiment": 0.68}

OWN = [
    ("Thank you, that really helped me a lot!", "joy"),
    ("Congratulations, what a wonderful result!", "joy"),
    ("I love this so much ❤", "joy"),
    ("haha that is hilarious", "joy"),
    ("This makes me so angry!", "anger"),
    ("I hate it when people lie to me.", "anger"),
    ("You are an idiot, shut up.", "anger"),
    ("I'm really sad that she is gone.", "sadness"),
    ("Sorry, I apologize for the mistake.", "sadness"),
    ("That was so disappointing :(", "sadness"),
    ("I am scared of spiders.", "fear"),
    ("That movie was terrifying, I was so afraid.", "fear"),
    ("Wow, what a surprise!", "surprise"),
    ("Why would anyone do that? I'm confused.", "surprise"),
    ("Eww, that is disgusting.", "disgust"),
    ("The train arrives at platform 4.", "neutral"),
    ("The file has two columns and 40 rows.", "neutral"),
]


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


def test_it_tags_messages_of_our_own(checkpoint, tmp_path):
    ekman = checkpoint.labels.taxonomy("ekman")
    fine = {label: checkpoint.labels.fine[group[0]] for label, group in zip(ekman.labels, ekman.members, strict=True)}
    rows = "".join(f'{{"text": "{text}", "labels": ["{fine[label]}"]}}\n' for text, label in OWN)
    (tmp_path / "own.jsonl").write_text(rows, encoding="utf-8")
    report = evaluate(checkpoint, load_examples(tmp_path / "own.jsonl", checkpoint.labels.fine))[0]
    assert report.accuracy >= 15 / len(OWN)


@pytest.mark.skipif(not DEV.is_file(), reason="GoEmotions is not at hand; the messages of our own were tagged instead")
def test_it_holds_its_bar_on_dev_and_its_card_says_so(checkpoint):
    for report in evaluate(checkpoint, load_examples(DEV, checkpoint.labels.fine)):
        assert report.macro_f1 >= BARS[report.taxonomy]
        assert report.calibration_error <= 0.03
        assert report.pooled_calibration_error <= 0.03
        row = next(line for line in checkpoint.card.splitlines() if line.startswith(f"| {report.taxonomy} ("))
        assert f"| {report.macro_f1:.4f} [" in row
        assert f"] | {report.micro_f1:.4f} | {report.accuracy:.4f} | {report.calibration_error:.4f} |" in row
