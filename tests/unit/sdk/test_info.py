"""What answers."""

from __future__ import annotations

import pytest

from emotag import Info, Limits, Model, ProtocolError, Taxonomy

INFO = Info(
    Model("m"),
    (Taxonomy("ekman", ("joy",), (0.5,)), Taxonomy("sentiment", ("positive", "negative"), (0.5, 0.5))),
    Limits(),
)


def test_labels_by_name() -> None:
    assert INFO.labels("sentiment") == ("positive", "negative")


def test_the_first_taxonomy_is_the_default() -> None:
    assert INFO.labels("") == ("joy",)


def test_a_taxonomy_that_is_not_listed_is_named() -> None:
    with pytest.raises(ProtocolError, match=r"'colours'.*ekman, sentiment"):
        INFO.labels("colours")
