"""Brings the data of a run together: labelled messages, texts without labels, and word vectors; without leaks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from emotag_model.evaluation.agent_messages import read_agent_messages
from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples
from emotag_model.text.glove import load_glove
from emotag_model.training.data.agents import DEV, agents_dev, agents_train, told
from emotag_model.training.data.held_out import HeldOut
from emotag_model.training.data.leaks import check_no_leak
from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.data.registry import find
from emotag_model.training.data.unlabelled import check_may_ship, unlabelled_rows
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized
    from pathlib import Path

    from emotag_model.evaluation.agent_messages import AgentMessage
    from emotag_model.text.examples import Example
    from emotag_model.text.glove import WordVectors

_RECORDED = "streams:"  # names of data sets that are recorded conversations of agents
_FEWEST_DEV = 2


@dataclass(frozen=True)
class TrainingData:
    """Messages to train on and to choose by, the vectors words start from, and a digest of all of them.

    Attributes:
        train: Labelled in GoEmotions' words.
        agents: Labelled in the words of `basic`.
        dev: To choose by, in GoEmotions' words.
        agents_dev: To choose by, in the words of `basic`.
        agents_said: What the readers of `agents_dev` said of each, in the same order.
        vectors: What words start from.
        left_out: Labelled messages of `train` that were left out since a held-out text is the same or nearly so.
        agents_left_out: The same of `agents`.
        digest: Of all that has labels and of the vectors, in hexadecimal: what a teacher learns from.
        unlabelled: Texts, each once, that are neither among the labelled ones nor held out.
        told: The same, written by us in the manner of people who tell of themselves.
        usual: What agents say to each other on a usual day, each text once: of recorded conversations among the
            unlabelled, also what is labelled.
        held_out: What nothing that is made of all this may nearly be, either.
    """

    train: list[Example]
    agents: list[Example]
    dev: list[Example]
    agents_dev: list[Example]
    agents_said: list[AgentMessage]
    vectors: WordVectors
    left_out: int
    agents_left_out: int
    digest: str
    unlabelled: list[str] = field(default_factory=list)
    told: list[Example] = field(default_factory=list)
    usual: list[str] = field(default_factory=list)
    held_out: HeldOut = field(default_factory=lambda: HeldOut([]))


def load_data(
    folder: Path,
    glove: Path | None = None,
    *,
    unlabelled: Sequence[str] = (),
    readings: bool = False,
    may_ship_only: bool = True,
) -> TrainingData:
    """Read `folder`/text/goemotions and `folder`/agents, and GloVe from `glove` or `folder`/glove.

    With `readings` the messages that we read and wrote ourselves (`….agents`) are trained on as well.
    Training rows that are nearly a text (`….near`) of a dev or test split of any data set below `folder` are left out.
    `unlabelled` names data sets of the registry whose texts are wanted without their labels: of their train splits,
    what is neither held out nor trained on already. With `may_ship_only` those whose licence forbids redistribution or
    commercial use are refused.
    Raises TrainingError for a missing file and a refused or unknown data set, TextDataError for a bad file.
    """
    if may_ship_only:
        check_may_ship(find(name) for name in unlabelled)
    texts = folder / "text" / "goemotions"
    labelled, dev = (_split(texts, name) for name in ("train", "dev"))
    held_out = HeldOut.below(folder)
    agents_labelled, said = agents_train(folder, ours=readings), agents_dev(folder)
    train, agents = held_out.keep_out(labelled), held_out.keep_out(agents_labelled)
    _check_enough(texts, train, dev)
    _check_enough(folder / "agents", agents, said)
    known = {normal_form(each.text) for each in (*train, *agents)}
    rows = held_out.keep_out(unlabelled_rows(folder, unlabelled, known, held_out.conversations))
    recorded = [name for name in unlabelled if name.startswith(_RECORDED)]
    usual = held_out.keep_out(unlabelled_rows(folder, recorded, set(), held_out.conversations))
    ours = told() if readings and unlabelled else []
    ours = held_out.keep_out(each for each in ours if normal_form(each.text) not in known)
    check_no_leak((*train, *agents, *rows, *ours), held_out.rows)
    data = TrainingData(
        train=train,
        agents=agents,
        dev=dev,
        agents_dev=said,
        agents_said=read_agent_messages(folder / DEV),
        vectors=load_glove(glove or folder / "glove"),
        left_out=len(labelled) - len(train),
        agents_left_out=len(agents_labelled) - len(agents),
        digest="",
        unlabelled=[row.text for row in rows],
        told=ours,
        usual=[row.text for row in usual],
        held_out=held_out,
    )
    return replace(data, digest=_digest(data))


def _split(folder: Path, name: str) -> list[Example]:
    path = folder / f"{name}.jsonl.gz"
    if not path.is_file():
        raise TrainingError(
            f"{path}: no such file; --data must name a folder with text/goemotions/{{train,dev}}.jsonl.gz"
        )
    return load_examples(path, FINE_LABELS)


def _check_enough(folder: Path, train: Sized, dev: Sized) -> None:
    """Raise TrainingError where training could only end, hours later, without anything learnt or measured."""
    if not train:
        raise TrainingError(
            f"{folder}/train.jsonl.gz: each of its messages is held out, too: some dev or test split below the data "
            "folder has the same text or nearly so; put other messages into one of them"
        )
    if len(dev) < _FEWEST_DEV:
        raise TrainingError(
            f"{folder}/dev.jsonl.gz: messages: {len(dev)}; thresholds want two halves: give at least {_FEWEST_DEV}"
        )


def _digest(data: TrainingData) -> str:
    digest = hashlib.sha256()
    for example in (*data.train, *data.agents, *data.dev, *data.agents_dev):
        digest.update(f"{example.text}\0{example.labels}\n".encode("utf-8", "surrogatepass"))
    digest.update("\n".join(data.vectors.words).encode())
    digest.update(data.vectors.vectors.tobytes())
    return digest.hexdigest()
