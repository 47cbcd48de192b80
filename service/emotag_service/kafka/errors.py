"""What ends the tagger, each with its exit code and the fix.

TaggerError
├── SettingsError             2   the options contradict each other, or the cluster
├── EngineUnavailableError    1   nothing to compute tags with
├── StopPolicyError           3   a record cannot be tagged and the policy is to stop there
├── UnreadableBatchError      3   a batch of records cannot be unpacked, or not to so much, or cannot be decoded
├── ForbiddenError            4   the cluster refuses: credentials, or an ACL that is missing
├── FencedError               5   another process keeps taking this one's transactional id
└── ClusterError              1   the cluster cannot do what is asked, or cannot be reached at the start
"""

from __future__ import annotations


class TaggerError(Exception):
    """Base of what ends the tagger; the text says what to do.

    Attributes:
        exit_code: Of the process.
    """

    exit_code = 1


class SettingsError(TaggerError):
    """The options contradict each other, or the cluster."""

    exit_code = 2


class EngineUnavailableError(TaggerError):
    """Nothing to compute tags with."""


class StopPolicyError(TaggerError):
    """A record cannot be tagged and the policy is to stop there; its offset is not committed."""

    exit_code = 3


class UnreadableBatchError(TaggerError):
    """A batch cannot be unpacked, or not to so much, or cannot be decoded; its offset is not committed.

    A consumer hands it over in the place of the batch's records.

    Attributes:
        offset: Of the first record that cannot be read.
    """

    exit_code = 3

    def __init__(self, topic: str, partition: int, offset: int, following: int, reason: str) -> None:
        """Make it; `following` is the offset after the batch, `reason` says what is wrong and how to mend it."""
        super().__init__(
            f"reading {topic}/{partition}: the batch of offsets {offset} to {following - 1}: {reason}; nothing from "
            f"{offset} on is tagged or committed. Find who wrote it and have it written again; then go on behind it, "
            f"with every tagger stopped: kafka-consumer-groups.sh --bootstrap-server H:P --group GROUP --topic "
            f"{topic}:{partition} --reset-offsets --to-offset {following} --execute"
        )
        self.offset = offset


class ForbiddenError(TaggerError):
    """The cluster refuses: credentials, or an ACL that is missing."""

    exit_code = 4


class FencedError(TaggerError):
    """Another process keeps taking this one's transactional id."""

    exit_code = 5


class ClusterError(TaggerError):
    """The cluster cannot do what is asked, or cannot be reached at the start."""
