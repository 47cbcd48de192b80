"""`emotag token new` prints a token once, and the line for the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotag.cli.main import main
from emotag_service.access.tokens import Tokens


def test_the_line_lets_the_token_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["token", "new", "--name", "planner", "--scope", "classify", "--scope", "admin"]) == 0
    out, err = capsys.readouterr()
    file = tmp_path / "tokens"
    file.write_text(err)
    grant = Tokens(file).find(out.strip())
    assert grant is not None
    assert (grant.name, grant.scopes) == ("planner", {"classify", "admin"})
    assert out.strip() not in err


def test_a_name_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "new", "--name", "a b"]) == 2
    assert "--name: the name must be 1 to 64 letters" in capsys.readouterr().err
