"""Errors of aiokafka become ours, with the fix."""

from __future__ import annotations

import pytest
from aiokafka import errors as kafka

from emotag_service.kafka.cluster.failures import acl, explain
from emotag_service.kafka.errors import ClusterError, ForbiddenError


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (kafka.TopicAuthorizationFailedError("in"), ForbiddenError, "User:alice --operation Read --topic in"),
        (kafka.TopicAuthorizationFailedError({"b", "a"}), ForbiddenError, "topic a,b"),
        (kafka.GroupAuthorizationFailedError("g"), ForbiddenError, "User:alice --operation Read --group g"),
        (
            kafka.TransactionalIdAuthorizationFailed("g:in:0"),
            ForbiddenError,
            "--operation Write --transactional-id g: --resource-pattern-type prefixed",
        ),
        (kafka.ClusterAuthorizationFailedError(), ForbiddenError, "--operation Create --cluster"),
        (kafka.SaslAuthenticationFailed("whatever the broker says"), ForbiddenError, "login of alice"),
        (kafka.AuthenticationFailedError(), ForbiddenError, "wrong user name or password"),
        (kafka.UnsupportedSaslMechanismError(), ForbiddenError, "--sasl-mechanism"),
        (kafka.UnsupportedVersionError(), ClusterError, "too old"),
        (kafka.IncompatibleBrokerVersion(), ClusterError, "too old"),
        (kafka.InvalidTransactionTimeout(), ClusterError, "transaction.max.timeout.ms"),
        (kafka.InvalidSessionTimeoutError(), ClusterError, "--session-seconds"),
        (kafka.InconsistentGroupProtocolError(), ClusterError, "--group"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_no_retry_mends_is_explained(error: Exception, kind: type[Exception], words: str) -> None:
    explained = explain(error, "tagging", user="alice")
    assert type(explained) is kind
    assert str(explained).startswith("tagging: ")
    assert words in str(explained)


@pytest.mark.parametrize(
    "error",
    [
        kafka.KafkaConnectionError("gone"),
        kafka.NotLeaderForPartitionError(),
        kafka.ProducerFenced(),
        kafka.RequestTimedOutError(),
        kafka.KafkaError("odd"),
        ValueError("ours"),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_is_left_alone(error: Exception) -> None:
    assert explain(error, "tagging") is None


def test_the_operation_is_named_when_it_is_known() -> None:
    error = kafka.TopicAuthorizationFailedError("t")
    assert "--operation Write --topic t" in str(explain(error, "writing", operation="Write"))
    both = str(explain(error, "using"))
    assert "Read" in both
    assert "Write" in both


def test_a_cause_is_found() -> None:
    wrapped = kafka.KafkaError("Unexpected error during batch delivery")
    wrapped.__cause__ = kafka.GroupAuthorizationFailedError("g")
    explained = explain(wrapped, "joining")
    assert isinstance(explained, ForbiddenError)
    assert "--group g" in str(explained)


def test_an_error_that_survives_by_its_words_alone_is_found() -> None:
    error = kafka.KafkaError("Unexpected error during coordination GroupAuthorizationFailedError('g')")
    explained = explain(error, "joining")
    assert isinstance(explained, ForbiddenError)
    assert "--group GROUP" in str(explained)


def test_a_ring_of_causes_ends() -> None:
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert explain(first, "tagging") is None


def test_an_acl_is_a_command() -> None:
    assert acl("bob", "Read", "--topic t") == "kafka-acls --add --allow-principal User:bob --operation Read --topic t"
