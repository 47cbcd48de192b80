"""What agents write, and what careful readers say that it expresses."""

from __future__ import annotations

from emotag_model.labels import BASIC_LABELS
from emotag_model.training.data.data_set import DataSet, same
from emotag_model.training.data.licence import APACHE, MIT, Licence
from emotag_model.training.data.readers import read_by_several, unlabelled
from emotag_model.training.data.split import Split

_SOURCES = Licence(
    None, may_ship=True, terms=f"by source: {MIT} (tau-bench, MARBLE, Who&When, NegotiationArena, game logs), {APACHE} "
    "(cucom), CC-BY-4.0 (moltbook)",
)  # fmt: skip
_HOME = "https://github.com/sierra-research/tau-bench, ulab-uiuc/MARBLE, vinid/NegotiationArena, vakyansh/cucom"
_LABELS = " (texts alone: their labels cannot be downloaded; label messages of your own in the words of basic)"
_PAPER = "texts of the sources' makers; labels of 2026 by language models that read by a guide"

AGENTS = (
    DataSet(
        name="agents",
        title="Agents' messages, labelled by careful readers",
        splits=(Split.train(4_452), Split.dev(1_041), Split.test(1_043)),
        reader=read_by_several,
        licence=_SOURCES,
        home=_HOME + _LABELS,
        paper=_PAPER,
        labels=same(*BASIC_LABELS),
        file="agents/{split}.jsonl.gz",
        note="The words of basic. Two readers each in dev (a label is true that either accepts), one in train.",
    ),
    DataSet(
        name="agents_unlabelled",
        title="Agents' messages of the same sources",
        splits=(Split.train(3_822, "unlabelled"),),
        reader=unlabelled,
        licence=_SOURCES,
        home=_HOME,
        paper=_PAPER,
        file="agents/{split}.jsonl.gz",
    ),
)
