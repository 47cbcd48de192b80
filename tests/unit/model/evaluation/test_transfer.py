"""The checkpoint that ships does something sensible, zero-shot, in the label sets of others."""

import json
import os
from pathlib import Path

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation.evaluate import report_of
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.selection import select
from emotag_model.evaluation.system import checkpoint_system, outcomes

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared")) / "data" / "text"

OWN = {
    "emocontext": [
        ("I'm so happy for you, congratulations!", "happy"),
        ("haha that is great", "happy"),
        ("I hate you, shut up", "angry"),
        ("this makes me so angry", "angry"),
        ("I'm really sad, I lost my dog", "sad"),
        ("that is so disappointing :(", "sad"),
        ("the train leaves at eight", "others"),
        ("what do you mean?", "others"),
    ],
    "isear": [
        ("I was so embarrassed when everybody stared at me.", "shame"),
        ("I am sorry, I apologize for what I did.", "guilt"),
        ("That food was disgusting, it made me sick.", "disgust"),
        ("I was terrified and afraid of the dark.", "fear"),
        ("I was furious, I hate when people lie.", "anger"),
        ("I was so happy and glad to see them.", "joy"),
        ("I was so sad when she died.", "sadness"),
    ],
    "dailydialog": [
        ("Wow, I can't believe it, what a surprise!", "surprise"),
        ("Thank you very much, that's wonderful!", "happiness"),
        ("The meeting is on the second floor.", "no emotion"),
        ("Ew, that's gross and disgusting.", "disgust"),
    ],
}
FLOORS = {"meld/dev": ("meld", 0.2), "dair_emotion/val": ("dair", 0.4), "tweeteval_emotion/val": ("tweeteval", 0.5)}


@pytest.fixture(scope="module")
def system():
    return checkpoint_system(Checkpoint.load(default_checkpoint()))


@pytest.mark.parametrize("name", OWN)
def test_messages_of_our_own(system, tmp_path, name):
    rows = [json.dumps({"text": text, "labels": [label]}) for text, label in OWN[name]]
    (tmp_path / "own.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (outcome,) = outcomes(system, select(tmp_path / "own.jsonl", LABEL_SETS, name))
    assert report_of(outcome).accuracy >= 0.7


@pytest.mark.parametrize("split", FLOORS)
def test_real_data_sets(system, split):
    path = SHARED / f"{split}.jsonl.gz"
    if not path.is_file():
        pytest.skip("the data set is not at hand; messages of our own were tagged instead")
    name, floor = FLOORS[split]
    (outcome,) = outcomes(system, select(path, LABEL_SETS, name))
    found = report_of(outcome)
    assert found.macro_f1 >= floor
    assert found.micro_f1 == pytest.approx(found.accuracy), "one label given, one true: micro-F1 is accuracy"
