import tracemalloc

import pytest

from emotag_service.messages.content_type import ContentType, parse_content_type


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("", ContentType()),
        ("application/json", ContentType("application/json")),
        (" Application/JSON ; Charset=UTF-8", ContentType("application/json", "utf-8")),
        ('text/plain;format=flowed;charset="ISO-8859-1"', ContentType("text/plain", "iso-8859-1")),
        ("text/plain; charset", ContentType("text/plain", "")),
        (";;=", ContentType()),
    ],
)
def test_a_media_type_and_its_charset(spelled, expected):
    assert parse_content_type(spelled) == expected


@pytest.mark.parametrize(
    ("name", "json", "a2a", "text"),
    [
        ("application/json", True, False, False),
        ("text/json", True, False, False),
        ("application/vnd.chat+json", True, False, False),
        ("application/a2a+json", True, True, False),
        ("text/plain", False, False, True),
        ("text/markdown", False, False, True),
        ("application/octet-stream", False, False, False),
        ("application/jsonl", False, False, False),
        ("", False, False, False),
    ],
)
def test_what_a_media_type_means(name, json, a2a, text):
    media = ContentType(name)
    assert (media.is_json, media.is_a2a, media.is_text) == (json, a2a, text)


def test_what_is_long_is_parsed_and_not_kept():
    tracemalloc.start()
    try:
        for number in range(100):
            assert parse_content_type(f"text/plain;{number}={'x' * 100_000}; charset=UTF-8").charset == "utf-8"
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
