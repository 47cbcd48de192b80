"""A static-embedding classifier beside the core, each in its process on one core: text in, label out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from tests.benchmarks.peers.in_process import measure
from tests.benchmarks.peers.line import Line
from tests.benchmarks.peers.outcome import SECONDS, Outcome, in_turn
from tests.benchmarks.peers.peer import MODEL2VEC
from tests.benchmarks.peers.process import StartError, running
from tests.benchmarks.peers.tagging import Tagging
from tests.environment import Environments, InstallationError

BATCHES = (1, 64, 1_024)  # the last is model2vec's own
NAME = "model2vec, random weights"


def static_lines(
    environments: Environments, tagging: Tagging, texts: Mapping[str, Sequence[str]], repeats: int
) -> Iterator[Line]:
    """Two lines for each kind of text and size of batch; one that says why where model2vec cannot be installed."""
    found = ""
    try:
        python = environments.python("model2vec", MODEL2VEC)
        found = environments.version(python, "model2vec")
        with running([str(python), "-m", "tests.benchmarks.peers.static_classifier"], piped=True) as process:
            words = Checkpoint.load(default_checkpoint()).tokenizer.vocabulary.words
            _write(process, list(words))
            for name, each in texts.items():
                for size in BATCHES:
                    core = partial(measure, tagging.labels, each, size, SECONDS)
                    pairs = in_turn(core, partial(_ask, process, each, size), repeats)
                    how, own = f"batches of {size:,}, in process", [(mine, mine) for mine, _ in pairs]
                    yield Line.of("emotag's core, one core", version("emotag"), name, how, own)
                    yield Line.of(NAME, found, name, how, pairs)
    except (InstallationError, StartError) as error:
        yield Line(NAME, found, why=str(error))


def _ask(process: subprocess.Popen[str], texts: Sequence[str], size: int) -> Outcome:
    _write(process, {"texts": list(texts), "size": size, "seconds": SECONDS})
    assert process.stdout is not None
    if not (said := process.stdout.readline()):
        raise StartError(f"ended with code {process.wait()}")
    return Outcome(**json.loads(said))


def _write(process: subprocess.Popen[str], said: object) -> None:
    assert process.stdin is not None
    try:
        print(json.dumps(said), file=process.stdin, flush=True)
    except BrokenPipeError as error:
        raise StartError(f"ended with code {process.wait()}") from error
