"""The text in contents as frameworks have them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from emotag.integrations.content import text_of

CONTENTS = {
    "a string": ("Hello!", "Hello!"),
    "nothing": (None, ""),
    "no parts": ([], ""),
    "strings": (["Hello!", "Bye!"], "Hello!\nBye!"),
    "mappings": ([{"type": "text", "text": "Hello!"}, {"type": "image_url", "image_url": "x"}], "Hello!"),
    "objects": ([SimpleNamespace(type="output_text", text="Hello!")], "Hello!"),
    "a refusal": ([{"type": "refusal", "refusal": "I must not."}], "I must not."),
    "thought": ([{"type": "reasoning", "text": "hm"}, {"type": "thinking", "thinking": "hm"}], ""),
    "a call": ([{"type": "tool_use", "input": {}, "text": "hm"}], ""),
    "a part alone": ({"type": "text", "text": "Hello!"}, "Hello!"),
    "a part without a type": ([SimpleNamespace(text="Hello!")], "Hello!"),
    "text that is none": ([{"type": "text", "text": 5}, {"type": "text"}], ""),
    "bytes": (b"Hello!", ""),
    "a number": (5, ""),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_its_text(name):
    content, text = CONTENTS[name]
    assert text_of(content) == text
