"""Configuration of `emotag tag-topic`, beside how the cluster is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag.tls import TLS
from emotag_service.kafka.records.codecs import NAMES
from emotag_service.kafka.records.policy import Policy
from emotag_service.kafka.records.routes import DEAD_LETTERS, PLACEHOLDER, parse_route, topic_name
from emotag_service.kafka.tagging.engine_choice import IN_PROCESS, engine_name
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.operator_settings import OperatorSettings
from emotag_service.settings import ConfigError, about
from emotag_service.values import not_empty, one_of, path, some_seconds, whole_number, yes_or_no

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_service.kafka.tagging.settings import Delivery, Start

_READ, _TAG, _WRITE, _RUN = "what is read", "how it is tagged", "what is written", "how it runs"
_LOOP = LoopSettings(group="defaults", topics=("defaults",))
_NO_TEXT_FIELD = ("text", "a2a", "protobuf")


def pattern(text: str) -> str:
    """Parse a regular expression."""
    try:
        re.compile(not_empty(text))
    except re.error as error:
        raise ValueError(f"must be a regular expression ({error})") from error
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTopicConfig(OperatorSettings):
    """What `emotag tag-topic` runs with: see `emotag_service.settings` for how it is given.

    Raises:
        ConfigError: Settings contradict each other.
    """

    input: tuple[str, ...] = field(
        default=(),
        metadata=about(topic_name, "topic to read; give it again for more", metavar="T", many=True, group=_READ),
    )
    input_pattern: str = field(
        default="",
        metadata=about(
            pattern, "read every topic whose name begins as this regular expression says", metavar="RE", group=_READ
        ),
    )
    group: str = field(
        metadata=about(not_empty, "consumer group: taggers of one group share the partitions", metavar="G", group=_READ)
    )
    from_: Start = field(
        default=_LOOP.start,
        metadata=about(
            one_of("earliest", "latest"),
            "where to begin in a partition that the group has not read: earliest or latest",
            metavar="W",
            group=_READ,
            name="from",
        ),
    )
    codec: str = field(
        default=NAMES[0],
        metadata=about(one_of(*NAMES), f"format of the messages: {', '.join(NAMES)}", metavar="C", group=_READ),
    )
    text_field: str = field(
        default="text",
        metadata=about(
            not_empty,
            "where JSON has the text: payload.text, parts.0.text, or /a/json/pointer",
            metavar="P",
            group=_READ,
        ),
    )
    sender: tuple[str, ...] = field(
        default=(),
        metadata=about(
            not_empty,
            "tag only messages of this sender; give it again for more (default: all)",
            metavar="S",
            many=True,
            group=_READ,
        ),
    )
    only_untagged: bool = field(
        default=False,
        metadata=about(yes_or_no, "tag only messages that carry no tag yet", switch=True, group=_READ),
    )
    taxonomy: str = field(
        default="basic",
        metadata=about(not_empty, "labels to choose from: basic, ekman, goemotions or sentiment", group=_TAG),
    )
    engine: str = field(
        default=IN_PROCESS,
        metadata=about(
            engine_name,
            "where tags are computed: in-process, or grpc://HOST:PORT, over TLS grpcs://, for an `emotag serve`",
            group=_TAG,
        ),
    )
    engine_tls_ca: Path | None = field(
        default=None, metadata=about(path, "PEM file of the authorities that sign that service", group=_TAG)
    )
    engine_tls_cert: Path | None = field(
        default=None, metadata=about(path, "PEM file of our certificate, when that service asks for one", group=_TAG)
    )
    engine_tls_key: Path | None = field(default=None, metadata=about(path, "PEM file of its private key", group=_TAG))
    engine_token_file: Path | None = field(
        default=None, metadata=about(path, "file of the token that that service asks for", group=_TAG)
    )
    checkpoint: Path | None = field(
        default=None,
        metadata=about(path, "folder of the checkpoint, in process (default: the one that ships)", group=_TAG),
    )
    devices: str = field(
        default="auto",
        metadata=about(
            not_empty,
            "where to compute in process: cpu, cpu:N, cuda, cuda:0,cuda:1, or auto: all GPUs, else up to 4 cores",
            group=_TAG,
        ),
    )
    output: str = field(
        default="",
        metadata=about(topic_name, "topic that tagged records go to", metavar="T", group=_WRITE),
    )
    output_template: str = field(
        default="",
        metadata=about(not_empty, f"the same by input, such as {PLACEHOLDER}.tagged", metavar="T", group=_WRITE),
    )
    route: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=about(
            parse_route,
            "LABEL=TOPIC: a topic of its own for a label; give it again for more",
            metavar="L=T",
            many=True,
            group=_WRITE,
        ),
    )
    tag_field: str = field(
        default="emotion",
        metadata=about(not_empty, "where JSON gets the tag; its parents must be there", metavar="P", group=_WRITE),
    )
    on_untaggable: str = field(
        default=Policy.DEAD_LETTER.value,
        metadata=about(
            one_of(*(policy.value for policy in Policy)),
            "what becomes of a record that cannot be tagged: dead-letter, pass-through (with a status header) or stop",
            metavar="P",
            group=_WRITE,
        ),
    )
    dead_letter_topic: str = field(
        default=DEAD_LETTERS,
        metadata=about(
            not_empty, f"where dead letters go; {PLACEHOLDER} stands for the input", metavar="T", group=_WRITE
        ),
    )
    no_create_topics: bool = field(
        default=False,
        metadata=about(
            yes_or_no, "end when a topic to write to is missing, instead of creating it",
            switch=True, group=_WRITE,
        ),
    )  # fmt: skip
    dry_run: int = field(
        default=0,
        metadata=about(
            whole_number(1),
            "print what would be written for N records; join no group, write and commit nothing (default: do write)",
            metavar="N",
            group=_RUN,
        ),
    )
    delivery: Delivery = field(
        default=_LOOP.delivery,
        metadata=about(
            one_of("exactly-once", "at-least-once"),
            "exactly-once (transactions), or at-least-once: faster, and a crash doubles records",
            metavar="D",
            group=_RUN,
        ),
    )
    instance_id: str = field(
        default="",
        metadata=about(
            not_empty,
            "name of this member alone, the same after a restart: then a restart moves no partitions",
            metavar="I",
            group=_RUN,
        ),
    )
    transaction_seconds: float = field(
        default=_LOOP.transaction_seconds,
        metadata=about(some_seconds, "age at which a transaction is committed", metavar="S", group=_RUN),
    )
    transaction_records: int = field(
        default=_LOOP.transaction_records,
        metadata=about(whole_number(1), "size at which it is committed before that", metavar="N", group=_RUN),
    )
    batch_records: int = field(
        default=_LOOP.batch_records,
        metadata=about(whole_number(1), "records of a partition that are tagged at once", metavar="N", group=_RUN),
    )
    buffer_records: int = field(
        default=_LOOP.buffer_records,
        metadata=about(whole_number(1), "records held at once, over all partitions", metavar="N", group=_RUN),
    )
    buffer_bytes: int = field(
        default=_LOOP.buffer_bytes,
        metadata=about(whole_number(1), "bytes held at once, over all partitions", metavar="N", group=_RUN),
    )
    session_seconds: float = field(
        default=_LOOP.session_seconds,
        metadata=about(
            some_seconds, "silence after which the group gives a tagger's partitions to others", metavar="S", group=_RUN
        ),
    )

    def __post_init__(self) -> None:
        if bool(self.input) == bool(self.input_pattern):
            raise ConfigError("give --input or --input-pattern, and not both: which topics are read?")
        if bool(self.output) == bool(self.output_template):
            raise ConfigError("give --output or --output-template, and not both: where do tagged records go?")
        if self.codec in _NO_TEXT_FIELD and self.text_field != "text":
            raise ConfigError(f"--text-field means nothing with --codec {self.codec}, which knows where the text is")
        if self.on_untaggable != Policy.DEAD_LETTER and self.dead_letter_topic != DEAD_LETTERS:
            raise ConfigError(f"--dead-letter-topic means nothing with --on-untaggable {self.on_untaggable}")
        if self.remote and (self.checkpoint is not None or self.devices != "auto"):
            given = "--checkpoint" if self.checkpoint is not None else "--devices"
            raise ConfigError(f"{given} means nothing with --engine {self.engine}: give it to that server")

        if self.engine_tls != TLS() and not self.engine.startswith("grpcs:"):
            raise ConfigError("--engine-tls-ca, -cert and -key mean nothing without --engine grpcs://HOST:PORT")
        if self.engine_token_file is not None and not self.remote:
            raise ConfigError("--engine-token-file means nothing without --engine grpc(s)://HOST:PORT")

    @property
    def engine_tls(self) -> TLS:
        """What a service is connected with, over grpcs://."""
        return TLS(self.engine_tls_ca, self.engine_tls_cert, self.engine_tls_key)

    @property
    def remote(self) -> bool:
        """Whether tags are computed by a server."""
        return self.engine != IN_PROCESS

    def loop_settings(self) -> LoopSettings:
        """How the loop runs.

        Raises:
            ConfigError: Settings contradict each other.
        """
        try:
            return LoopSettings(
                group=self.group,
                topics=tuple(dict.fromkeys(self.input)),
                pattern=self.input_pattern,
                delivery=self.delivery,
                instance_id=self.instance_id,
                start=self.from_,
                transaction_seconds=self.transaction_seconds,
                transaction_records=self.transaction_records,
                batch_records=self.batch_records,
                buffer_records=self.buffer_records,
                buffer_bytes=self.buffer_bytes,
                session_seconds=self.session_seconds,
            )
        except ValueError as error:
            raise ConfigError(str(error)) from error
