"""Routes: which topic a record is written to. A topic that is read and written would feed on itself: refused here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.kafka.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLACEHOLDER = "{topic}"
DEAD_LETTERS = "{topic}.dead-letters"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


@dataclass(frozen=True, slots=True)
class Targets:
    """Where what is read from one topic may go.

    Attributes:
        plain: What no label routes elsewhere.
        dead_letters: What cannot be tagged; empty when that goes nowhere.
    """

    plain: str
    dead_letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Which topic a record is written to, by where it was read and by its label.

    Attributes:
        output: The topic for everything that `by_label` does not name; or empty, and there is a template.
        template: The same with "{topic}" standing for the input's name; or empty.
        by_label: Topics of their own for some labels.
        dead_letters: The topic, or template, for what cannot be tagged; empty when the policy needs none.
        inputs: Topics that are read.
        pattern: Or a regular expression that topics which are read match from their start; empty when there is none.

    Raises:
        SettingsError: They contradict each other, or a topic would feed on itself.
    """

    output: str = ""
    template: str = ""
    by_label: Mapping[str, str] = field(default_factory=dict)
    dead_letters: str = DEAD_LETTERS
    inputs: tuple[str, ...] = ()
    pattern: str = ""
    _known: dict[str, Targets] = field(default_factory=dict, init=False, repr=False, compare=False)
    _inputs: re.Pattern[str] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if bool(self.output) == bool(self.template):
            raise SettingsError("give --output, or --output-template, and not both: where do tagged records go?")
        if self.template and PLACEHOLDER not in self.template:
            raise SettingsError(
                f"--output-template must contain {PLACEHOLDER}, not {self.template!r}; or give --output"
            )
        object.__setattr__(self, "_inputs", _compiled(self.pattern))
        for option, topic in self._fixed():
            self._check(option, topic)
        for source in self.inputs:
            self.targets(source)

    def topic(self, source: str, label: str = "") -> str:
        """Where a record goes that was read from `source`; see `targets` for what it raises."""
        return self.by_label.get(label) or self.targets(source).plain

    def targets(self, source: str) -> Targets:
        """Where what is read from this topic may go, apart from `by_label`.

        Raises:
            SettingsError: A topic would feed on itself, or a template makes no name of this topic's.
        """
        targets = self._known.get(source)
        if targets is None:
            targets = self._known[source] = self._resolve(source)
        return targets

    def written(self, sources: Iterable[str]) -> frozenset[str]:
        """Every topic that may be written to while these are read; raises as `targets`."""
        found = {topic for source in sources for topic in (self.topic(source), self.targets(source).dead_letters)}
        return frozenset({*found, *(topic for _, topic in self._fixed())} - {""})

    def check_labels(self, labels: Iterable[str]) -> None:
        """Check that every routed label is one of the taxonomy's. Raises SettingsError that names them."""
        known = tuple(labels)
        for label in self.by_label:
            if label not in known:
                raise SettingsError(f"--route {label}=…: no such label; the taxonomy has {', '.join(known)}")

    def _resolve(self, source: str) -> Targets:
        plain = self.output or self.template.replace(PLACEHOLDER, source)
        dead = self.dead_letters.replace(PLACEHOLDER, source)
        self._check("--output-template" if self.template else "--output", plain)
        if dead:
            self._check("--dead-letter-topic", dead)
        for topic in (plain, *self.by_label.values()):
            if topic == dead:
                raise SettingsError(f"{dead} would get tagged records and dead letters: change --dead-letter-topic")
        return Targets(plain, dead)

    def _fixed(self) -> list[tuple[str, str]]:
        """What does not depend on the input, each with the option that it comes from."""
        fixed = [("--route", topic) for topic in self.by_label.values()]
        if self.output:
            fixed.append(("--output", self.output))
        if self.dead_letters and PLACEHOLDER not in self.dead_letters:
            fixed.append(("--dead-letter-topic", self.dead_letters))
        return fixed

    def _check(self, option: str, topic: str) -> None:
        try:
            topic_name(topic)
        except ValueError as error:
            raise SettingsError(f"{option}: {error}, not {topic!r}") from error
        if topic in self.inputs:
            raise SettingsError(f"{option} would write to {topic}, which is read: records would go round for ever")
        if self._inputs is not None and self._inputs.match(topic):
            raise SettingsError(
                f"{option} would write to {topic}, which --input-pattern {self.pattern!r} reads too: records would go "
                "round for ever; make the pattern narrower, such as with $ at its end, or write elsewhere"
            )


def parse_route(text: str) -> tuple[str, str]:
    """Parse LABEL=TOPIC; raises ValueError that says what would be right."""
    label, equals, topic = text.partition("=")
    if not (label and equals):
        raise ValueError("must be LABEL=TOPIC, such as joy=agent.messages.joy")
    return label, topic_name(topic)


def collect_routes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Put parsed routes together. Raises SettingsError when a label has two."""
    routes: dict[str, str] = {}
    for label, topic in pairs:
        if routes.setdefault(label, topic) != topic:
            raise SettingsError(f"--route: {label} goes to {routes[label]} and to {topic}; give it one topic")
    return routes


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise SettingsError(f"--input-pattern: {pattern!r} is no regular expression: {error}") from error


def topic_name(text: str) -> str:
    """Parse the name of a topic; raises ValueError that says what would be right."""
    if not _NAME.fullmatch(text) or text in {".", ".."}:
        raise ValueError("must be the name of a topic: 1 to 249 letters, digits, dots, dashes and underscores")
    return text
