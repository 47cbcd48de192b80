from __future__ import annotations

import pytest

from emotag_service.engine.errors import InvalidOptionsError
from emotag_service.engine.options import Options, OptionsResolver
from emotag_service.testing import plain_taxonomies


@pytest.fixture
def resolver():
    return OptionsResolver(plain_taxonomies())


def test_empty_means_the_default_taxonomy(resolver):
    assert resolver.resolve(Options()) == Options("fine")
    assert resolver.resolve(Options("coarse", all_scores=True)) == Options("coarse", all_scores=True)


def test_equal_options_become_one_object(resolver):
    first = resolver.resolve(Options("coarse", explain=True))
    assert resolver.resolve(Options("coarse", explain=True)) is first
    assert resolver.resolve(Options()) is resolver.resolve(Options("fine"))


def test_asking_for_more_labels_than_there_are_means_all_and_is_not_remembered_apart(resolver):
    resolved = {id(resolver.resolve(Options(top_k=top_k))) for top_k in (0, *range(4, 1_000))}
    assert len(resolved) == 1
    assert resolver.resolve(Options(top_k=3)).top_k == 3
    assert len(resolver._known) == 4  # with the taxonomy named, and without


def test_options_that_were_seen_are_not_checked_again(resolver, monkeypatch):
    first = resolver.resolve(Options(top_k=2))
    monkeypatch.delattr(OptionsResolver, "_resolve")
    assert resolver.resolve(Options(top_k=2)) is first


@pytest.mark.parametrize(
    ("options", "field", "problem"),
    [
        (Options("plutchik"), "taxonomy", "'plutchik', which this model does not have; choose among fine, coarse"),
        (Options("p" * 9_000), "taxonomy", "is 'p{64}' and so on, 9,000 characters, which this model does not have"),
        (Options(top_k=-1), "top_k", "is -1; give a whole number from 0"),
        (Options(top_k=1.5), "top_k", "is 1.5"),
        (Options(top_k=[1]), "top_k", r"is \[1\]"),
        (Options(["fine"]), "taxonomy", "choose among fine, coarse"),
        (None, "options", "is a NoneType; give an engine Options"),
        ({"taxonomy": "fine"}, "options", "is a dict"),
    ],
)
def test_bad_options_are_refused_by_field(resolver, options, field, problem):
    with pytest.raises(InvalidOptionsError, match=problem) as caught:
        resolver.resolve(options)
    assert caught.value.field == field


def test_an_engine_without_taxonomies_is_no_engine():
    with pytest.raises(ValueError, match="taxonomies: is empty"):
        OptionsResolver([])
