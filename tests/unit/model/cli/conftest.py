"""Data in small for the commands."""

import json

import pytest


@pytest.fixture
def data_file(request, tmp_path):
    """The module's ROWS as a JSONL file."""
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in request.module.ROWS))
    return path
