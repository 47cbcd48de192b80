"""`emotag evaluate --data`: figures on labelled messages, compared with another system where one is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_model.checkpoint import Checkpoint
from emotag_model.evaluation.agent_messages import is_agents_file, read_agent_messages
from emotag_model.evaluation.agent_report import agent_json, agent_tables
from emotag_model.evaluation.assessment import Assessment, Sampling, assess
from emotag_model.evaluation.label_set import OWN_LABEL_SETS
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.page.html import write_page
from emotag_model.evaluation.predictions import read_tallies, write_predictions
from emotag_model.evaluation.report import DEFINITIONS
from emotag_model.evaluation.selection import Selection, select
from emotag_model.evaluation.system import checkpoint_system, outcomes
from emotag_model.evaluation.zero_shot import RULE
from emotag_model.labels import BASIC

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.evaluation.agent_messages import AgentMessage
    from emotag_model.evaluation.outcome import Outcome


def evaluate_labelled(checkpoint: Checkpoint, args: argparse.Namespace) -> str:
    """Return what to print, having written the files that were asked for.

    Raises TextDataError, CheckpointError and LabelsError for bad input, OSError for a file that cannot be written.
    """
    selection = select(args.data, (*OWN_LABEL_SETS, *LABEL_SETS), args.label_set)
    found = outcomes(checkpoint_system(checkpoint), selection)
    theirs = _theirs(args, selection, found)
    sampling = Sampling(resamples=args.resamples, seed=args.seed)
    assessments = [assess(each, sampling, other) for each, other in zip(found, theirs, strict=True)]
    if args.predictions_out:
        write_predictions(args.predictions_out, selection.examples, found)
    if args.report:
        title = f"{checkpoint.identity.name} {checkpoint.identity.version} on {args.data.name}"
        notes = _head(checkpoint, selection, args)
        write_page(args.report, title, notes, selection.examples, zip(found, assessments, strict=True))
    messages = _agent_messages(args, selection)
    if args.json:
        content = _content(checkpoint, selection, assessments)
        return json.dumps(content | ({"agents": agent_json(messages, found[0])} if messages else {}), indent=1)
    own = selection.label_set.head is not None
    definitions = DEFINITIONS if own else f"{DEFINITIONS}\n{RULE}"
    head = "\n".join(_head(checkpoint, selection, args))
    agents = [agent_tables(messages, found[0])] if messages else []
    return "\n\n".join([head, *agents, *(each.to_text() for each in assessments), definitions])


def _theirs(
    args: argparse.Namespace, selection: Selection, found: Sequence[Outcome]
) -> Sequence[NDArray[np.bool_] | None]:
    """Return the tallies of the system to compare with, per outcome; None where there is none."""
    if args.against_predictions:
        return read_tallies(args.against_predictions, selection.examples, found)
    if args.against:
        other = {each.name: each for each in outcomes(checkpoint_system(Checkpoint.load(args.against)), selection)}
        return [other[each.name].tally if each.name in other else None for each in found]
    return [None] * len(found)


def _agent_messages(args: argparse.Namespace, selection: Selection) -> list[AgentMessage]:
    """Return what readers said of the messages, where the file holds it."""
    told = selection.label_set.head == BASIC and is_agents_file(args.data)
    return [each for each in read_agent_messages(args.data) if each.accept] if told else []


def _content(checkpoint: Checkpoint, selection: Selection, assessments: Sequence[Assessment]) -> dict[str, Any]:
    identity = checkpoint.identity
    return {
        "model": {"name": identity.name, "version": identity.version, "digest": identity.digest},
        "label_set": selection.label_set.name,
        "left_out": selection.left_out,
        "taxonomies": [each.to_dict() for each in assessments],
    }


def _head(checkpoint: Checkpoint, selection: Selection, args: argparse.Namespace) -> list[str]:
    identity, against = checkpoint.identity, args.against or args.against_predictions
    lines = [f"{identity.name} {identity.version} ({identity.digest[:12]})", *_describe(selection)]
    return [*lines, f"differences are to {against}, paired on the same messages"] if against else lines


def _describe(selection: Selection) -> list[str]:
    """Say in which label set messages are judged, how it was chosen, and what was left out."""
    lines = [f"labels: {selection.label_set.name}, {selection.label_set.title}"]
    if selection.alternatives:
        lines[0] += f"; guessed, --label-set could also be {', '.join(selection.alternatives)}"
    if selection.left_out:
        reasons = ", ".join(f"{times:,} {reason!r}" for reason, times in selection.left_out.items())
        lines.append(
            f"left out: {sum(selection.left_out.values()):,} messages without a label that is scored: {reasons}"
        )
    return lines
