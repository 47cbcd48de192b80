"""The exception tree."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from emotag import errors

TYPES = [one for _, one in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_in_the_drawing_and_in_the_tree(kind: type) -> None:
    assert issubclass(kind, errors.EmotionError)
    assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", [one for one in TYPES if one is not errors.StreamBrokenError])
def test_attributes_survive_pickling_and_copying(kind: type) -> None:
    error = kind("what", reason="WHY", field="text", retry_after=1.5)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(twin) is kind
        assert (str(twin), twin.reason, twin.field, twin.retry_after, twin.code) == (
            "what",
            "WHY",
            "text",
            1.5,
            kind.code,
        )


def test_a_broken_stream_survives_pickling() -> None:
    twin = pickle.loads(pickle.dumps(errors.StreamBrokenError("x", answered=3, unanswered=4)))  # noqa: S301 - as above
    assert (twin.answered, twin.unanswered, twin.transient) == (3, 4, False)


def test_builtin_bases() -> None:
    assert issubclass(errors.InvalidArgumentError, ValueError)
    assert issubclass(errors.DeadlineExceededError, TimeoutError)


def test_what_is_sent_again() -> None:
    assert {kind.__name__ for kind in TYPES if kind.transient} == {"OverloadedError", "UnavailableError"}
