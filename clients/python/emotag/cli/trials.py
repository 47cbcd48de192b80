"""What `emotag admin status` says of a shadow and of a split."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag.v1.admin_service_pb2 import ShadowStatus, SplitStatus, WorkerStatus
    from emotag.v1.model_info_pb2 import ModelIdentity


def trial_lines(worker: WorkerStatus) -> Iterator[str]:
    """Lines of those that a worker has."""
    if worker.HasField("shadow"):
        yield from _shadow(worker.shadow)
    if worker.HasField("split"):
        yield from _split(worker.split)


def named(model: ModelIdentity) -> str:
    """A model by its names."""
    return f"{model.name} {model.version} ({model.digest[:12]})"


def _shadow(shadow: ShadowStatus) -> Iterator[str]:
    yield f"shadow {named(shadow.model)} from {shadow.checkpoint}, {shadow.share:g} of messages"
    if shadow.problem:
        yield f"  {shadow.problem}"
    rate = f" ({shadow.disagreed / shadow.compared:.2%})" if shadow.compared else ""
    yield (
        f"  compared {shadow.compared:,}, disagreed {shadow.disagreed:,}{rate}, scores {shadow.score_difference:.4f} "
        f"apart; dropped {shadow.dropped:,}, failed {shadow.failed:,}"
    )
    for pair in shadow.disagreements:
        yield f"  {pair.count:>9,}  {pair.taxonomy}: {pair.live} here, {pair.shadow} there"


def _split(split: SplitStatus) -> Iterator[str]:
    yield f"split {named(split.model)} from {split.checkpoint}, {split.share:g} of conversations, salt {split.salt}"
    if split.problem:
        yield f"  {split.problem}"
    yield f"  {split.candidate_messages:,} messages to it, {split.live_messages:,} to the model above"
