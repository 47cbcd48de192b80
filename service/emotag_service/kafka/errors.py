"""What ends the tagger, each with its exit code and the fix.

TaggerError
├── SettingsError             2   the options contradict each other, or the cluster
├── EngineUnavailableError    1   nothing to compute tags with
├── StopPolicyError           3   a record cannot be tagged and the policy is to stop there
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


class ForbiddenError(TaggerError):
    """The cluster refuses: credentials, or an ACL that is missing."""

    exit_code = 4


class FencedError(TaggerError):
    """Another process keeps taking this one's transactional id."""

    exit_code = 5


class ClusterError(TaggerError):
    """The cluster cannot do what is asked, or cannot be reached at the start."""
