"""The page of the emotion extension: its URI, its example and its schema say what the writers do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from emotag.a2a.extension import EXTENSION, OPTIONS, tag_document
from emotag.errors import InvalidArgumentError, OverloadedError
from emotag.info import Model
from emotag.tag import Tag
from emotag_service.messages import a2a
from emotag_service.messages.tag import MessageTag, ModelName, tag_json

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "a2a.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((DOCS / "schemas" / "emotion-v1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
SCORES = {"joy": 0.75, "neutral": 0.25}
DIGEST = "ab" * 32
TAG = Tag("m", "joy", 0.75, ("joy",), SCORES, truncated=True, model=Model("emotag-base", "3.2.0", DIGEST))
NAME = ModelName("emotag-base", "3.2.0", DIGEST)
WRITTEN = MessageTag("joy", 0.75, ("joy",), tuple(SCORES), tuple(SCORES.values()), "basic", NAME, 0.0, truncated=True)


def example() -> Any:
    [block] = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return json.loads(block)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_there_is_one_uri() -> None:
    assert EXTENSION == a2a.EXTENSION
    assert f"| URI | `{EXTENSION}` |" in PAGE
    assert f"`{OPTIONS}`" in PAGE
    assert SCHEMA["$id"].startswith(EXTENSION)


def test_the_example_follows_the_schema() -> None:
    assert example()["extensions"] == [EXTENSION]
    VALIDATOR.validate(example()["metadata"][EXTENSION])


def test_the_tagger_and_the_agent_write_the_same_and_by_the_schema() -> None:
    by_agent, by_tagger = tag_document(TAG, "basic"), json.loads(tag_json(WRITTEN))
    for document in (by_agent, by_tagger, tag_document(Tag("m", "joy", 0.75, model=TAG.model), "basic")):
        VALIDATOR.validate(document)
    assert {**by_agent, "tagged-at": ""} == {**by_tagger, "tagged-at": ""}


@pytest.mark.parametrize(
    "error", [InvalidArgumentError("text: is empty", reason="INVALID_MESSAGE"), OverloadedError("full")]
)
def test_what_has_no_tag_follows_the_schema(error: Exception) -> None:
    document = tag_document(Tag("m", error=error), "basic")  # type: ignore[arg-type]  # both are errors of emotag
    VALIDATOR.validate(document)
    assert document["status"] == "FAILED"


def test_the_page_names_every_field() -> None:
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert rows == set(SCHEMA["$defs"]["tag"]["properties"])
    for name in SCHEMA["$defs"]["failure"]["properties"]:
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "wrong",
    [
        {"confidence": 1.5},
        {"status": "FAILED"},
        {"category": ""},
        {"tagged-at": "yesterday"},
        {"labels": ["joy", "joy"]},
        {"model": {}},
    ],
)
def test_the_schema_refuses_what_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate({**tag_document(TAG, "basic"), **wrong})
