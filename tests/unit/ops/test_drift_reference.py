from __future__ import annotations

import json
from dataclasses import replace

import pytest

from emotag_model.labels import Taxonomy
from emotag_service.ops.drift_reference import Reference
from emotag_service.ops.errors import DriftReferenceError

TAXONOMY = Taxonomy.plain("basic", {"joy": [0], "neutral": [1]})
SHOWN = {"taxonomies": {"basic": {"tags": 4, "psi": None, "shares": {"joy": 0.25, "neutral": 0.75}}}}


def written(tmp_path, content):
    path = tmp_path / "usual.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_what_the_port_shows_is_what_is_read(tmp_path):
    assert Reference.load(written(tmp_path, SHOWN)).shares(TAXONOMY) == {"joy": 0.25, "neutral": 0.75}


def test_without_a_file_the_checkpoint_knows_or_nobody():
    assert Reference.load(None).shares(TAXONOMY) is None
    assert Reference.load(None).shares(replace(TAXONOMY, expected=(0.1, 0.9))) == {"joy": 0.1, "neutral": 0.9}


def test_a_taxonomy_that_was_not_used_then_is_left_to_the_checkpoint(tmp_path):
    unused = {"taxonomies": {"basic": {"tags": 0, "psi": None, "shares": {}}}}
    assert Reference.load(written(tmp_path, unused)).shares(TAXONOMY) is None


def test_labels_of_another_model_are_of_no_use(tmp_path):
    reference = Reference.load(written(tmp_path, SHOWN))
    assert reference.shares(Taxonomy.plain("basic", {"joy": [0], "fear": [1]})) is None


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        {},
        {"taxonomies": {"basic": {}}},
        {"taxonomies": {"basic": {"shares": {"joy": "much"}}}},
        {"taxonomies": {"basic": {"shares": {"joy": 0.5, "neutral": 0.2}}}},
        {"taxonomies": {"basic": {"shares": {"joy": -0.5, "neutral": 1.5}}}},
        {"taxonomies": {"basic": {"shares": {"joy": float("nan"), "neutral": 1.0}}}},
    ],
)
def test_anything_else_is_refused_with_the_fix(tmp_path, content):
    path = written(tmp_path, content)
    with pytest.raises(DriftReferenceError, match=f"--drift-reference {path}: .*/drift"):
        Reference.load(path)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(DriftReferenceError, match="No such file"):
        Reference.load(tmp_path / "missing.json")
