"""Every message is of a source, which can be left out whole; what was written for training is of none."""

import numpy as np

from emotag_model.evaluation.agent_messages import AgentMessage, GivenTag
from emotag_model.labels import BASIC_LABELS, HEADS, OUTPUTS
from emotag_model.text.examples import Example
from tests.benchmarks import sources
from tests.unit.model.training.data.miniature import said
from tests.unit.model.training.datafolder import write_rows


def test_a_message_is_of_the_source_that_its_row_or_file_names(tmp_path):
    files = {
        "agents/train.jsonl.gz": [said("a", "joy", source="cucom"), said("b", "joy", source="avalon")],
        "streams/who_and_when.jsonl.gz": [said("c")],
        "text/goemotions/train.jsonl.gz": [said("d", "joy")],
    }
    places = []
    for file, rows in files.items():
        write_rows(tmp_path / file, rows)
        places += [f"{tmp_path / file}:{line}" for line in range(1, len(rows) + 1)]
    examples = [Example("", (), place) for place in (*places, "/elsewhere/written.jsonl:1")]
    assert sources.sources_of(tmp_path, examples) == ["cucom", "avalon", "who_and_when", "goemotions", ""]


def test_the_highest_output_of_the_head_is_the_tag():
    logits = np.zeros((2, len(OUTPUTS)), np.float32)
    logits[:, 0] = 9
    logits[[0, 1], [HEADS["basic"].start + BASIC_LABELS.index(label) for label in ("fear", "neutral")]] = 1
    assert sources._tags(logits) == [GivenTag("fear", 1.0), GivenTag("neutral", 1.0)]


def test_labels_of_the_reader_are_all_accepted():
    example = Example("a", (OUTPUTS.index("basic/joy"), OUTPUTS.index("basic/surprise")), "f:1")
    assert sources._message(example) == AgentMessage("joy", frozenset({"joy", "surprise"}), "", "")
