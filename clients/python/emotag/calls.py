"""What both clients share: their settings, and what they make for each call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emotag.channel import DEFAULT_TARGET, Connection
from emotag.decoder import Decoder
from emotag.entry import Intake
from emotag.errors import ClientClosedError, InvalidArgumentError
from emotag.retry import Deadline, Retry
from emotag.session import Session
from emotag.token import BearerToken
from emotag.window import Window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import grpc

    from emotag.info import Info, Limits
    from emotag.options import Options
    from emotag.tls import TLS
    from emotag.v1 import emotion_service_pb2 as pb

DEFAULT_TIMEOUT = 30.0
# Info is of the live model, so that it never is of the candidate of a split, which has the same labels. While servers
# are replaced by others it may be of one that goes, with other labels: hence not for ever.
_ASKED_SECONDS = 60.0


class Settings:
    """What a client was made with.

    Attributes:
        connection: Where to connect.
        timeout: Seconds that a unary call may take, attempts and waits included; None means for ever.
        retry: When to send again.
        info: What answers, once it was asked.
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        retry: Retry | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        metadata: Sequence[tuple[str, str | bytes]] = (),
        tls: TLS | None = None,
        token: str | Path | None = None,
    ) -> None:
        if timeout is not None and not timeout > 0:
            raise InvalidArgumentError(f"timeout must be more than 0 seconds, or None, not {timeout}", field="timeout")
        self.connection = Connection(
            target, credentials, tuple(metadata), tls, None if token is None else BearerToken(token)
        )
        self.timeout = timeout
        self.retry = retry or Retry()
        self.info: Info | None = None
        self._asked: dict[str, float] = {}

    @property
    def limits(self) -> Limits | None:
        """What the server accepts, once it was asked."""
        return None if self.info is None else self.info.limits

    def deadline(self, timeout: float | None) -> Deadline:
        """The deadline of a unary call; `timeout` None means the client's own."""
        return Deadline(self.timeout if timeout is None else timeout)

    def session(self, options: Options, deadline: Deadline) -> Session:
        """The state of a new stream."""
        return Session(Window(ordered=not options.unordered), self.retry, deadline)

    def knows(self, answer: pb.ClassifyResponse) -> bool:
        """Whether `info` is of the model that answered, or was asked for on its account."""
        if self.info is None:
            return False
        digest = answer.model.digest
        return digest == self.info.model.digest or time.monotonic() < self._asked.get(digest, 0.0)

    def asked(self, answer: pb.ClassifyResponse) -> None:
        """`info` was asked for, for the labels of the model that answered; it may still be of another."""
        self._asked[answer.model.digest] = time.monotonic() + _ASKED_SECONDS

    def decoder(self, options: Options) -> Decoder:
        """A decoder of unary answers, by what is known of the server."""
        labels = self.info.labels(options.taxonomy) if self.info is not None and options.scores else ()
        return Decoder(options, labels=labels)


def closed() -> ClientClosedError:
    """What a client raises that is used after `close`."""
    return ClientClosedError("the client is closed; make another, or close this one after its last use")


def stream_intake() -> Intake:
    """Ids that are unique within a stream."""
    return Intake(unique=True)


def call_intake() -> Intake:
    """A unary call's answers are matched by position; ids may repeat."""
    return Intake(unique=False)
