"""The checkpoint that ships holds its bars on GoEmotions' and on agents' dev, and its card tells the truth."""

import json
import os
import re
from pathlib import Path

import pytest

from emotag_model.behaviour.tagging import tag_texts
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation.agent_messages import figures_of, parts_of, read_agent_messages
from emotag_model.evaluation.agent_report import agent_tables, tags_of
from emotag_model.evaluation.evaluate import evaluate, report_of
from emotag_model.evaluation.label_set import OWN_LABEL_SETS
from emotag_model.evaluation.selection import select
from emotag_model.evaluation.system import checkpoint_system, outcomes
from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared"))
DEV = SHARED / "data" / "text" / "goemotions" / "dev.jsonl.gz"
AGENTS = SHARED / "data" / "agents" / "dev.jsonl.gz"
BARS = {"ekman": 0.635, "goemotions": 0.52, "sentiment": 0.69}
AGENTS_BAR = 0.78

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
AGENTS_OWN = [
    ("Your reservation has been cancelled.", "neutral"),
    ("Could you send me the order number?", "neutral"),
    ("I'm sorry, but I can't find that account.", "neutral"),
    ("Thank you for your patience. What is your email address?", "neutral"),
    ("Thank you so much, you saved our weekend!", "joy"),
    ("I'm thrilled, this is wonderful news!", "joy"),
    ("This is unacceptable, I'm furious!", "anger"),
    ("I'm so sorry for your loss.", "sadness"),
    ("I'm really worried that we will miss the deadline.", "fear"),
    ("Oh wow, I did not expect that at all!", "surprise"),
]
EXCLAMATIONS = [
    "Wonderful, it is solved!",
    "Great, it works now!",
    "Perfect, the tests pass!",
    "Wonderful!",
    "Fantastic, that fixed it!",
    "Excellent, all green at last!",
    "Hooray, the deploy went through!",
    "Brilliant, problem solved!",
    "Yes! It finally compiles!",
    "Lovely, the order has arrived!",
    "Awesome, we did it!",
    "Amazing, it is done!",
    "Super, it is working again!",
    "Yay, the bug is gone!",
    "Great news, the customer signed!",
    "That is wonderful news!",
    "I love it, thank you!",
    "What a relief, it is solved!",
    "Nice, it worked on the first try!",
    "Marvellous, everything is back online!",
    "Wonderful, the parcel is here!",
    "Splendid, it all adds up now!",
    "Terrific, the outage is over!",
    "So happy it is fixed!",
    "Glad that is sorted!",
]


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


def write(path, messages):
    rows = (json.dumps({"text": text, "labels": [label]}) + "\n" for text, label in messages)
    path.write_text("".join(rows), encoding="utf-8")
    return path


def test_it_tags_messages_of_our_own(checkpoint, tmp_path):
    ekman = checkpoint.labels.taxonomy("ekman")
    fine = {label: FINE_LABELS[group[0]] for label, group in zip(ekman.labels, ekman.members, strict=True)}
    path = write(tmp_path / "own.jsonl", [(text, fine[label]) for text, label in OWN])
    report = evaluate(checkpoint, load_examples(path, FINE_LABELS))[0]
    assert (report.taxonomy, report.messages) == ("ekman", len(OWN))
    assert report.accuracy >= 15 / len(OWN)


def test_it_tags_agents_messages_of_our_own_plainly(checkpoint, tmp_path):
    selection = select(write(tmp_path / "own.jsonl", AGENTS_OWN), OWN_LABEL_SETS, "basic")
    (outcome,) = outcomes(checkpoint_system(checkpoint), selection)
    assert report_of(outcome).accuracy >= 8 / len(AGENTS_OWN)


def test_short_exclamations_are_joy_or_held_back_and_nothing_else(checkpoint):
    tagged = tag_texts(checkpoint, EXCLAMATIONS)
    labels = [tagged[text].label for text in EXCLAMATIONS]
    assert set(labels) <= {"joy", "neutral"}
    # docs/model.md says how many; seeds of one recipe have from 16 to 21. To be raised by who teaches it more.
    assert labels.count("joy") >= 18


@pytest.mark.skipif(not DEV.is_file(), reason="GoEmotions is not at hand; the messages of our own were tagged instead")
def test_it_holds_its_bar_on_dev_and_its_card_says_so(checkpoint):
    for report in evaluate(checkpoint, load_examples(DEV, FINE_LABELS)):
        assert report.macro_f1 >= BARS[report.taxonomy]
        assert report.calibration_error <= 0.03
        assert report.pooled_calibration_error <= 0.03
        check_row(checkpoint.card, report)


@pytest.mark.skipif(
    not AGENTS.is_file(), reason="agents' messages are not at hand; those of our own were tagged instead"
)
def test_it_holds_its_bar_on_agents_messages_and_its_card_says_so(checkpoint):
    (outcome,) = outcomes(checkpoint_system(checkpoint), select(AGENTS, OWN_LABEL_SETS))
    messages, tags = read_agent_messages(AGENTS), tags_of(outcome)
    whole = figures_of(messages, tags)
    assert whole.macro_f1 >= AGENTS_BAR
    assert all(each.precision >= 0.6 for each in whole.labels.values() if each.said)
    random = parts_of(messages)["random"]
    found = figures_of([messages[place] for place in random], [tags[place] for place in random])
    assert found.accuracy > found.always_neutral
    check_row(checkpoint.card, report_of(outcome))
    check_tables(checkpoint.card, agent_tables(messages, outcome))


def check_row(card, report):
    """A card was measured on one machine; on another, or by torch, a score may differ in its last digits."""
    row = next(line for line in card.splitlines() if line.startswith(f"| {report.taxonomy} ("))
    macro, _, _, micro, accuracy, error = numbers(row.split("|", 2)[2])[:6]
    assert (macro, micro, accuracy, error) == pytest.approx(
        (report.macro_f1, report.micro_f1, report.accuracy, report.calibration_error), abs=2e-3
    )


def check_tables(card, tables):
    """A score that differs in its last digits may carry one message over a line, and a rate with it."""
    for line in (each for each in tables.splitlines() if each.startswith("|")):
        first = line.split("|")[1]
        alike = [row for row in card.splitlines() if row.split("|")[1:2] == [first]]
        assert any(close(row, line) for row in alike), line


def close(row, line):
    """Tell whether counts differ by one at most, and rates by little."""
    found, expected = figures(row), figures(line)
    pairs = zip(found, expected, strict=False)
    return len(found) == len(expected) and all(abs(float(a) - float(b)) <= (0.05 if "." in b else 1) for a, b in pairs)


def numbers(text):
    return [float(each) for each in figures(text)]


def figures(text):
    return re.findall(r"\d+\.?\d*", text.replace(",", ""))
