"""Compares what was fed with what came out; knows nothing of the tagger's code, so that it shares none of its mistakes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tests.chaos.feed import Kind, kind
from tests.chaos.findings import Findings
from tests.chaos.reader import Seen
from tests.chaos.truth import Expected

TOLERANCE = 2e-5
TAG = "emotion"


Key = tuple[int, int]  # the number of a record, and how many with that number came before it


class Verifier:
    """One comparison of an input topic with its output and dead letters.

    The input topic is the truth: what a feeder wrote twice, since a broker died with its answer, has to come out twice.
    """

    def __init__(self, fed: Sequence[Seen], truth: Mapping[str, Expected]) -> None:
        self._fed = dict(_keyed(fed, Counter()))
        self._numbers = {seen.id for seen in fed}
        self._truth = truth
        self.findings = Findings(fed=len(fed))

    def verify(self, tagged: Sequence[Seen], dead: Sequence[Seen]) -> Findings:
        """Return what is wrong with the output and the dead letters."""
        times: Counter[int] = Counter()
        published, buried = _keyed(tagged, times), _keyed(dead, times)
        self._check_counts([*published, *buried])
        for where, records, check in (
            ("output", published, self._check_tagged),
            ("dead letters", buried, self._check_dead),
        ):
            known = [(key, seen) for key, seen in records if key in self._fed]
            self._check_order(where, known)
            for key, seen in known:
                check(self._fed[key], seen)
        return self.findings

    def _check_counts(self, came: Sequence[tuple[Key, Seen]]) -> None:
        places: dict[int, list[str]] = {}
        for key, seen in came:
            places.setdefault(key[0], []).append(f"{seen.partition}@{seen.offset}")
            if key[0] not in self._numbers:
                self.findings.note("altered", f"a record with the id {key[0]} was never fed")
            elif key not in self._fed:
                where = " and ".join(places[key[0]])
                self.findings.note("doubled", f"record {key[0]} came once more than it was fed, at {where}")
        for key in self._fed.keys() - {key for key, _ in came}:
            place = self._fed[key]
            self.findings.note("lost", f"record {key[0]} of {place.partition}@{place.offset}")

    def _check_order(self, where: str, records: Iterable[tuple[Key, Seen]]) -> None:
        """Within a partition of the output, records of the same input partition are in the input's order."""
        flows: defaultdict[tuple[int, int], list[Seen]] = defaultdict(list)
        for key, seen in records:
            flows[seen.partition, self._fed[key].partition].append(self._fed[key])
        for flow in flows.values():
            for before, after in pairwise(flow):
                if before.offset > after.offset:
                    self.findings.note("disordered", f"{where}: {after.id} after {before.id}")

    def _check_tagged(self, fed: Seen, seen: Seen) -> None:
        expected = self._expected(fed)
        if expected is not None and expected.error:
            self._alter(fed, f"was published although it cannot be tagged ({expected.error})")
        self._check_whole(fed, seen)
        if expected is None:
            self._same("value", fed, fed.value, seen.value)
            self._same("status", fed, b"SKIPPED", _header(seen, "emotion-status"))
        else:
            self._check_value(fed, seen, expected)
            self._check_headers(fed, seen, expected)

    def _check_dead(self, fed: Seen, seen: Seen) -> None:
        expected = self._expected(fed)
        if expected is None or not expected.error:
            self._alter(fed, "is a dead letter although it can be tagged")
        self._check_whole(fed, seen)
        self._same("value", fed, fed.value, seen.value)

    def _check_whole(self, fed: Seen, seen: Seen) -> None:
        self._same("key", fed, fed.key, seen.key)
        self._same("timestamp", fed, fed.timestamp, seen.timestamp)
        self._same("partition", fed, fed.partition, seen.partition)
        self._same("headers", fed, fed.headers, seen.headers[: len(fed.headers)])

    def _check_value(self, fed: Seen, seen: Seen, expected: Expected) -> None:
        document = inserted(fed.value or b"", seen.value or b"")
        if document is None:
            self._alter(fed, "value: it differs from the input in more than the tag")
        elif not _agrees(expected, str(document["category"]), float(document["confidence"])):
            self.findings.note("wrong", f"record {fed.id}: value {document['category']}, not {expected}")

    def _check_headers(self, fed: Seen, seen: Seen, expected: Expected) -> None:
        label, score = _header(seen, "emotion-label"), _header(seen, "emotion-score")
        self._same("status", fed, b"OK", _header(seen, "emotion-status"))
        if label is None or score is None or not _agrees(expected, label.decode(), float(score)):
            self.findings.note("wrong", f"record {fed.id}: header {label!r} {score!r}, not {expected}")

    def _expected(self, fed: Seen) -> Expected | None:
        """What the record should be tagged with; None for what needs no tag."""
        match kind(fed.id):
            case Kind.TOMBSTONE:
                return None
            case Kind.POISON:
                return Expected("", 0.0, "it is not JSON")
        return self._truth[text_of(fed)]

    def _same(self, what: str, fed: Seen, expected: object, found: object) -> None:
        if expected != found:
            self._alter(fed, f"{what}: {found!r:.200}, not {expected!r:.200}")

    def _alter(self, fed: Seen, detail: str) -> None:
        self.findings.note("altered", f"record {fed.id}: {detail}")


def _keyed(records: Iterable[Seen], times: Counter[int]) -> list[tuple[Key, Seen]]:
    keyed = []
    for seen in records:
        keyed.append(((seen.id, times[seen.id]), seen))
        times[seen.id] += 1
    return keyed


def text_of(seen: Seen) -> str:
    """What a record that was fed says; empty when it says nothing."""
    return str(json.loads(seen.value or b"{}")["text"]) if kind(seen.id) is Kind.TALK else ""


def inserted(fed: bytes, seen: bytes) -> dict[str, object] | None:
    """Return the tag that was put into a JSON object; None unless all other bytes are as they were."""
    place = seen.rfind(b'"%s"' % TAG.encode())
    head = seen[: max(place, 0)].rstrip(b", \t\r\n")
    if place < 0 or not fed.startswith(head):
        return None
    tail = fed[len(head) :]
    if not seen.endswith(tail):
        return None
    member = seen[len(head) : len(seen) - len(tail)].strip().strip(b",")
    try:
        members = json.loads(b"{" + member + b"}")
    except ValueError:
        return None
    return members[TAG] if members.keys() == {TAG} and isinstance(members[TAG], dict) else None


def _header(seen: Seen, name: str) -> bytes | None:
    return next((content for found, content in reversed(seen.headers) if found == name), None)


def _agrees(expected: Expected, label: str, score: float) -> bool:
    return label == expected.label and abs(score - expected.score) <= TOLERANCE
