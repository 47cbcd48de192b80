"""The model card: what a checkpoint is, what it was trained on, how good it is, and what it is not for."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import TYPE_CHECKING

from emotag_model.behaviour import tables
from emotag_model.evaluation.report import DEFINITIONS
from emotag_model.training.data.registry import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.evaluation.bootstrap import Interval
    from emotag_model.evaluation.report import Report
    from emotag_model.training.data import TrainingData
    from emotag_model.training.recipe import Recipe
    from emotag_model.training.state import RunState

    Figures = tuple[Report, Interval, float, float]  # with macro-F1 and calibration error where nothing was fitted

_CARD = """\
# {name} {version}

Tags an English text with emotions: in seven plain words learnt from agents' messages (`basic`, the default), in
GoEmotions' 28 labels, and in Ekman's 7 and a sentiment of 4 rolled up from those. A two-channel CNN-BiSRU over word
vectors, {parameters:,} parameters, {words:,} words; reads the first {max_tokens} tokens of a text.

## Intended use

Tagging messages that people and agents send each other, in bulk and while they flow, for routing, search, statistics
and for agents that want to know how a message may have been meant. Not for judging people: no decision about a person
should rest on its tags.

## Data and licences

- Agents' messages in the words of `basic`, {agents:,}: {agents_of}
- GoEmotions (Demszky et al. 2020, <https://github.com/google-research/google-research/tree/master/goemotions>), train
  split, {trained:,} messages: Apache-2.0, annotations CC BY 4.0. {left_out} messages of it were left out because a
  held-out split of some data set has the same text or one that is nearly so.
{unlabelled}\
- To choose by: GoEmotions' dev split, {dev:,} messages, and agents' dev, {agents_dev:,} messages{readers}.
  Scores and thresholds were fitted to them, of `basic` to agents' and of the others to GoEmotions', and the best epoch
  chosen by both. No test split was used.
- GloVe 6B (Pennington et al. 2014, <https://nlp.stanford.edu/projects/glove/>), {vectors:,} vectors of {size} numbers,
  which words start from: Public Domain Dedication and License 1.0.
{teachers}
{terms} Credit the sources named here.

## Figures

### On agents' messages, in the words of `basic`

{agent_figures}

Reproduce them with `emotag evaluate --checkpoint {name} --data agents/dev.jsonl.gz`.

### Every taxonomy

On its dev messages, macro-F1 with 95 % bootstrap intervals. Thresholds and calibration were fitted to them, which
flatters; "held out" is what the same logits come to when these are fitted to one half of it and measured on the other.

| taxonomy | macro-F1 | micro-F1 | accuracy | calibration error | pooled | held out: macro-F1 | calibration error |
|---|---|---|---|---|---|---|---|
{figures}

{definitions}

Reproduce them with `emotag evaluate --checkpoint {name} --data dev.jsonl.gz`; add `--report report.html` for plots.

## Behaviour and fairness

{behaviour}

Reproduce with `emotag behaviour --checkpoint {name}`.

## Limits

- English. `basic` is at home in what agents write to each other and to customers; `goemotions`, `ekman` and `sentiment`
  in Reddit comments of up to 30 words: of agents' messages they call questions surprise and courtesy joy.
- On sources that nothing was learnt from, `basic` is worse than on those above: see docs/model.md.
- Labels are what readers thought a writer expressed, from one message without its context. They carry the readers'
  disagreement, and GoEmotions' those of Reddit in topic, dialect and identity terms. Nothing in it looks for sarcasm.
- What fails in the table above fails in use: do not lean on it there.

## How it was trained

    {command}

DATA is laid out as `emotag data check DATA` says. {compute}

{epochs} epochs of at most {most_epochs}, the best being epoch {best}; PyTorch on the CPU. AdamW on a one-cycle
schedule; binary cross-entropy over fine and rolled-up labels, rare labels weighted up; the weights are a moving
average. The same command, data and versions give the same weights on the same kind of machine.

`SHA256SUMS` lists the files' sums; its own SHA-256 is the digest that tags carry.
"""
_OURS = """\
of tau-bench, MARBLE, Who&When, NegotiationArena and game logs
  (MIT), cucom (Apache-2.0) and moltbook (CC BY 4.0); texts of them and of others that we read, and messages that were \
written for training. Who read them are language models, message by message and by
  a guide; no person labelled any."""
_OUR_TERMS = "Every source allows redistribution and commercial use; the weights are Apache-2.0."
_ANYBODYS = """\
`agents/train` of the data folder. Whose they are, who labelled them, and
  on what terms they may be used, whoever put them there knows, and this card does not."""
_ANYBODYS_TERMS = "Whether these weights may be handed on depends on the terms of the agents' messages."
_TEACHERS = """\
- Teachers: {names}. A MiniLM teacher is all-MiniLM-L6-v2 (Apache-2.0,
  <https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2>), fine-tuned on the messages above and on nothing
  else; of it, the checkpoint holds no weights.
"""


def write_card(
    checkpoint: Checkpoint,
    recipe: Recipe,
    state: RunState,
    data: TrainingData,
    figures: Sequence[Figures],
    agent_figures: str,
) -> str:
    """Return `card.md` in Markdown; `agent_figures` is a table of its own."""
    settings = recipe.settings
    return _CARD.format(
        name=settings.name,
        version=settings.version,
        parameters=sum(each.size for each in checkpoint.weights.values()),
        words=checkpoint.config.vocabulary_size,
        max_tokens=settings.max_tokens,
        agents=len(data.agents),
        agents_of=_OURS if recipe.readings else _ANYBODYS,
        agents_dev=len(data.agents_dev),
        readers=" of two readers each" if recipe.readings else "",
        agent_figures=agent_figures,
        trained=len(data.train),
        left_out=data.left_out,
        unlabelled=_unlabelled(recipe, len(data.told)),
        dev=len(data.dev),
        vectors=len(data.vectors.words),
        size=data.vectors.size,
        teachers=_teachers(recipe),
        terms=_OUR_TERMS if recipe.readings else _ANYBODYS_TERMS,
        figures="\n".join(_figures_row(*each) for each in figures),
        definitions=DEFINITIONS,
        behaviour=tables(checkpoint).strip(),
        command=training_command(recipe),
        compute=recipe.compute,
        epochs=len(state.history),
        most_epochs=settings.epochs,
        best=state.best.epoch,
    )


def _unlabelled(recipe: Recipe, told: int) -> str:
    """Name the data sets of which the texts alone were used."""
    sets = [find(name) for name in recipe.unlabelled]
    lines = [f"  - {each.title} (<{each.home}>; {each.paper}): {each.licence}\n" for each in sets]
    if told:
        lines.append(
            f"  - {told:,} texts that language models wrote for it, as people tell of themselves, post, talk and chat\n"
        )
    made = [f"  - {recipe.made_examples:,} rows made from templates of our own\n"] if recipe.made_examples else []
    if not lines + made:
        return ""
    return "".join(["- Texts that teachers labelled, their own labels unused, and rows of our own:\n", *lines, *made])


def _teachers(recipe: Recipe) -> str:
    names = [f"{each.kind} (seed {each.seed}, {each.epochs} epochs)" for each in recipe.teachers]
    return _TEACHERS.format(names=", ".join(names)) if names else ""


def training_command(recipe: Recipe) -> str:
    """Return the command line that trains by `recipe`: only what differs from the recipe's file is spelt out."""
    words = ["emotag", "train", "--recipe", recipe.name, "--data", "DATA", "--out", recipe.settings.name]
    for field in fields(recipe.settings):
        if field.name in recipe.changed:
            value = getattr(recipe.settings, field.name)
            values = [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
            words += [f"--{field.name.replace('_', '-')}", *values]
    return shlex.join(words)


def _figures_row(report: Report, macro_f1: Interval, held_out_f1: float, held_out_error: float) -> str:
    rates = (
        *(report.micro_f1, report.accuracy, report.calibration_error),
        *(report.pooled_calibration_error, held_out_f1, held_out_error),
    )
    return f"| {report.taxonomy} ({len(report.labels)}) | {macro_f1} | {' | '.join(f'{rate:.4f}' for rate in rates)} |"
