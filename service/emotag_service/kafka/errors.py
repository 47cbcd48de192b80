"""What ends the tagger, each with its exit code and the fix.

TaggerError
├── SettingsError             2   the options contradict each other, or the cluster
├── EngineUnavailableError    1   nothing to compute tags with
├── StopPolicyError           3   a record cannot be tagged and the policy is to stop there
├── UnreadableBatchError      3   a batch of records cannot be unpacked, or not to so much, or cannot be decoded
├── UnreadableLettersError    3   the same among dead letters that are to be replayed
├── ForbiddenError            4   the cluster refuses: credentials, or an ACL that is missing
├── FencedError               5   another process keeps taking this one's transactional id
└── ClusterError              1   the cluster cannot do what is asked, or cannot be reached at the start
    └── AwayError             1   it does not answer just now, or has not got ready what it was asked for
"""

from __future__ import annotations

import shlex


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
        topic: Of the batch.
        partition: Of that topic.
        offset: Of the first record that cannot be read.
        following: The offset after the batch.
        what: What cannot be read, and why.
    """

    exit_code = 3

    def __init__(self, topic: str, partition: int, offset: int, following: int, reason: str) -> None:
        """Make it; `reason` says what is wrong and how to mend it."""
        what = f"reading {topic}/{partition}: the batch of offsets {offset} to {following - 1}: {reason}"
        super().__init__(
            f"{what}; nothing from {offset} on is tagged or committed. Find who wrote it and have it written again; "
            "then go on behind it, with every tagger stopped: "
            f"{reset_command('GROUP', topic, partition, f'--to-offset {following}')}"
        )
        self.topic, self.partition = topic, partition
        self.offset, self.following = offset, following
        self.what = what


class UnreadableLettersError(TaggerError):
    """A batch among dead letters cannot be read: nobody knows which letters it says to be replayed."""

    exit_code = 3

    def __init__(self, batch: UnreadableBatchError, group: str) -> None:
        """Make it; `group` is what the names of the groups that remember have in common."""
        topic, partition, following = batch.topic, batch.partition, batch.following
        super().__init__(
            f"{batch.what}; no more of {topic}/{partition} is replayed, since it may hold a receipt. Find who wrote it "
            f"and have it written again; or go on behind it with the letters of one reason R, and leave those before "
            f"it that are not replayed: {reset_command(f'{group}.R', topic, partition, f'--to-offset {following}')}, "
            "and then --reason R"
        )


class ForbiddenError(TaggerError):
    """The cluster refuses: credentials, or an ACL that is missing."""

    exit_code = 4


class FencedError(TaggerError):
    """Another process keeps taking this one's transactional id."""

    exit_code = 5


class ClusterError(TaggerError):
    """The cluster cannot do what is asked, or cannot be reached at the start."""


class AwayError(ClusterError):
    """It does not answer just now, or has not got ready what it was asked for: the same may succeed later."""


def reset_command(group: str, topic: str, partition: int, to: str) -> str:
    """The command that sets where a group goes on; `to` is such as "--to-offset 7"."""
    return (
        f"kafka-consumer-groups.sh --bootstrap-server H:P --group {shlex.quote(group)} --topic {topic}:{partition} "
        f"--reset-offsets {to} --execute"
    )
