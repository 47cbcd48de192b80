"""emotag beside its peers: pairs in turn, the same texts, the same model, the client on the same cores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version

from tests.benchmarks.peers.line import Line
from tests.benchmarks.peers.load import Load, http_load
from tests.benchmarks.peers.outcome import SECONDS, Outcome, in_turn
from tests.benchmarks.peers.peer import PEERS, Peer
from tests.benchmarks.peers.process import StartError
from tests.benchmarks.peers.sdk_load import stream_load, unary_load
from tests.benchmarks.peers.static_rows import static_lines
from tests.benchmarks.peers.tagging import Tagging
from tests.benchmarks.process import server
from tests.benchmarks.texts import long_texts, short_texts
from tests.environment import Environments, InstallationError

TEXTS = 20_000
SHAPES = ((1, 32), (64, 4))  # messages a call, calls in flight
Measure = Callable[[Load], Outcome]


def lines(environments: Environments, repeats: int) -> Iterator[Line]:
    """Measure emotag, then each peer beside it, then model2vec beside the core in process."""
    tagging = Tagging()
    texts = {
        "comments": tagging.readable(short_texts(TEXTS)),
        "agents' messages": tagging.readable(long_texts(TEXTS // 4)),
    }
    loads = [Load(name, each, tagging.labels(each), *shape) for name, each in texts.items() for shape in SHAPES]
    with server("emotag", "serve") as (target, _, _):
        unary = partial(_unary, target)
        yield from _own_lines(target, unary, loads, repeats)
        for peer in PEERS:
            yield from _peer_lines(peer, environments, unary, loads, repeats)
    yield from static_lines(environments, tagging, texts, repeats)


def _own_lines(target: str, unary: Measure, loads: Sequence[Load], repeats: int) -> Iterator[Line]:
    for load in loads:
        outcomes = [unary(load) for _ in range(repeats + 1)][1:]
        yield _line("emotag, unary", version("emotag"), load, [(each, each) for each in outcomes])
    for load in loads:
        if load.size > 1:
            pairs = in_turn(partial(unary, load), partial(_stream, target, load), repeats)
            yield Line.of("emotag, stream", version("emotag"), load.name, f"frames of {load.size}", pairs)


def _peer_lines(
    peer: Peer, environments: Environments, unary: Measure, loads: Sequence[Load], repeats: int
) -> Iterator[Line]:
    """The lines of one peer; where it cannot be installed or does not serve, one that says so."""
    found = ""
    try:
        python = environments.python(peer.distribution, peer.requirements)
        found = environments.version(python, peer.distribution)
        with peer.serving(python) as url:
            for load in loads:
                yield _line(peer.name, found, load, in_turn(partial(unary, load), partial(_http, url, load), repeats))
    except (InstallationError, StartError) as error:
        yield Line(peer.name, found, why=str(error))


def _line(what: str, found: str, load: Load, pairs: list[tuple[Outcome, Outcome]]) -> Line:
    return Line.of(what, found, load.name, f"{load.size} a call, {load.in_flight} in flight", pairs)


def _unary(target: str, load: Load) -> Outcome:
    return asyncio.run(unary_load(target, load, SECONDS))


def _stream(target: str, load: Load) -> Outcome:
    return asyncio.run(stream_load(target, load, SECONDS))


def _http(url: str, load: Load) -> Outcome:
    return asyncio.run(http_load(url, load, SECONDS))
