"""The one place where errors of aiokafka become ours: those that no retry mends, each with the fix.

aiokafka wraps some errors in a bare KafkaError, at times only by their words; so causes are followed, and names are
looked for in the words where there is no cause.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiokafka import errors as kafka

from emotag_service.kafka.errors import ClusterError, ForbiddenError, TaggerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNKNOWN_USER = "NAME"
_DEPTH = 10


def explain(
    error: BaseException, what: str, *, user: str | None = None, operation: str | None = None
) -> TaggerError | None:
    """Say what an error of aiokafka means, when no retry mends it.

    Args:
        error: As caught.
        what: What was being done, such as "reading agent.messages".
        user: Who we are to the cluster, for the command that adds an ACL.
        operation: Which ACL operation a topic was used with, "Read" or "Write"; both are named when it is not known.

    Returns:
        What to raise from it, or None: it may pass, or it is not aiokafka's.
    """
    for link in chain(error):
        for kind, make in _EXPLANATIONS.items():
            if isinstance(link, kind) or (type(link) is kafka.KafkaError and f"{kind.__name__}(" in str(link)):
                name = _name(link) if isinstance(link, kind) else ""
                return make(what, name, user or _UNKNOWN_USER, operation)
    return None


def acl(user: str, operation: str, resource: str) -> str:
    """The command that adds an ACL.

    Args:
        user: Whom to allow.
        operation: What to allow, such as "Read".
        resource: What on, such as "--topic agent.messages".
    """
    return f"kafka-acls --add --allow-principal User:{user} --operation {operation} {resource}"


def _topic(what: str, name: str, user: str, operation: str | None) -> TaggerError:
    topic = name or "TOPIC"
    if operation is not None:
        fix = acl(user, operation, f"--topic {topic}")
    else:
        fix = f"{acl(user, 'Read', f'--topic {topic}')} (an input), or --operation Write (an output)"
    return ForbiddenError(f"{what}: the cluster does not allow it on topic {topic}; allow it with: {fix}")


def _group(what: str, name: str, user: str, _operation: str | None) -> TaggerError:
    group = name or "GROUP"
    fix = acl(user, "Read", f"--group {group}")
    return ForbiddenError(f"{what}: the cluster does not allow consumer group {group}; allow it with: {fix}")


def _transactional_id(what: str, name: str, user: str, _operation: str | None) -> TaggerError:
    # Ids are "<group>:<topic>:<partition>": one ACL on the group's prefix allows them all.
    group = name.partition(":")[0] or "GROUP"
    resource = f"--transactional-id {group}: --resource-pattern-type prefixed"
    fix = acl(user, "Write", resource)
    return ForbiddenError(
        f"{what}: the cluster does not allow transactional id {name or f'{group}:...'}; allow it with: {fix}"
    )


def _cluster(what: str, _name: str, user: str, _operation: str | None) -> TaggerError:
    return ForbiddenError(
        f"{what}: the cluster does not allow it; allow creating topics with: {acl(user, 'Create', '--cluster')}; "
        "or create the topics yourself and pass --no-create-topics"
    )


def _credentials(what: str, _name: str, user: str, _operation: str | None) -> TaggerError:
    who = "" if user == _UNKNOWN_USER else f" of {user}"
    return ForbiddenError(f"{what}: the cluster refuses the login{who}: wrong user name or password, or no such user")


def _mechanism(what: str, _name: str, _user: str, _operation: str | None) -> TaggerError:
    return ForbiddenError(
        f"{what}: the cluster does not offer this --sasl-mechanism; ask which of PLAIN, "
        "SCRAM-SHA-256 and SCRAM-SHA-512 it does"
    )


def _version(what: str, _name: str, _user: str, _operation: str | None) -> TaggerError:
    return ClusterError(f"{what}: the cluster is too old or too new for it; Kafka 2.5 to 4.x is expected")


def _transaction_timeout(what: str, _name: str, _user: str, _operation: str | None) -> TaggerError:
    return ClusterError(f"{what}: the cluster allows only shorter transactions; raise its transaction.max.timeout.ms")


def _session(what: str, _name: str, _user: str, _operation: str | None) -> TaggerError:
    return ClusterError(
        f"{what}: the cluster does not allow this --session-seconds; "
        "choose one between its group.min.session.timeout.ms and group.max.session.timeout.ms"
    )


def _protocol(what: str, _name: str, _user: str, _operation: str | None) -> TaggerError:
    return ClusterError(f"{what}: this group has members of another kind; choose another --group")


_EXPLANATIONS: dict[type[BaseException], Callable[[str, str, str, str | None], TaggerError]] = {
    kafka.TopicAuthorizationFailedError: _topic,
    kafka.GroupAuthorizationFailedError: _group,
    kafka.TransactionalIdAuthorizationFailed: _transactional_id,
    kafka.ClusterAuthorizationFailedError: _cluster,
    kafka.SaslAuthenticationFailed: _credentials,
    kafka.AuthenticationFailedError: _credentials,
    kafka.UnsupportedSaslMechanismError: _mechanism,
    kafka.AuthenticationMethodNotSupported: _mechanism,
    kafka.UnsupportedVersionError: _version,
    kafka.IncompatibleBrokerVersion: _version,
    kafka.UnrecognizedBrokerVersion: _version,
    kafka.InvalidTransactionTimeout: _transaction_timeout,
    kafka.InvalidSessionTimeoutError: _session,
    kafka.InconsistentGroupProtocolError: _protocol,
}


def _name(error: BaseException) -> str:
    """The resource that aiokafka hands over with an error: a name, or a set of names."""
    given = error.args[0] if error.args else ""
    if isinstance(given, str):
        return given
    return ",".join(sorted(map(str, given))) if isinstance(given, Iterable) else ""


def reason(error: BaseException) -> str:
    """A few words on why a broker cannot be reached, for logs and people; they never quote what a record holds."""
    links = list(chain(error))
    return _words(next((link for link in links if isinstance(link, OSError | EOFError)), links[0]))


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    link: BaseException | None = error
    for _ in range(_DEPTH):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _words(error: BaseException) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():  # only those that OpenSSL made have a reason
            return f"TLS: {(getattr(error, 'reason', None) or 'failed').replace('_', ' ').lower()}"
        case socket.gaierror():
            return (error.strerror or "unknown host").lower()
        case OSError():
            return "no answer in time" if isinstance(error, TimeoutError) else _system_words(error)
        case EOFError():
            return "it hangs up"
    return type(error).__name__


def _system_words(error: OSError) -> str:
    """The system's own words: asyncio's hold addresses, and those of several attempts at once."""
    found = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(found[1])).lower() if found else type(error).__name__
