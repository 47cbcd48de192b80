"""Who comes through the door of an application, and what the others are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from emotag_service.access.bearer import Bearer, challenge
from emotag_service.access.door import Door
from emotag_service.access.grant import new_token
from emotag_service.access.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path


async def who(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope)
    user = request.user.display_name if "user" in scope else None
    await JSONResponse({"path": request.url.path, "user": user})(scope, receive, send)


@pytest.fixture
def token(tmp_path: Path) -> str:
    made, grant = new_token("planner", ["classify"])
    (tmp_path / "tokens").write_text(grant.line())
    return made


@pytest.fixture
def guarded(token: str, tmp_path: Path) -> TestClient:
    return TestClient(Door(who, Bearer(Tokens(tmp_path / "tokens")), public=("/card",)))


def test_who_has_a_token_is_known_by_its_name(guarded: TestClient, token: str) -> None:
    reply = guarded.post("/", headers={"Authorization": f"Bearer {token}"})
    assert reply.json() == {"path": "/", "user": "planner"}


def test_what_is_public_may_be_read_and_nothing_else(guarded: TestClient) -> None:
    assert guarded.get("/card").json()["user"] is None
    for refused in (guarded.post("/card"), guarded.get("/card/"), guarded.get("/cards"), guarded.get("/")):
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Bearer realm="emotag"'
        assert refused.json()["error"]["status"] == "UNAUTHENTICATED"


def test_pages_of_browsers_come_through_where_the_application_looks_at_them_itself() -> None:
    page = {"Origin": "http://localhost:1"}
    assert TestClient(Door(who, None)).get("/", headers=page).status_code == 403
    assert TestClient(Door(who, None, pages=True)).get("/", headers=page).status_code == 200


def test_no_challenge_for_what_is_no_matter_of_a_token() -> None:
    assert challenge("ORIGIN") == {}
    assert challenge("SCOPE_MISSING") == {"www-authenticate": 'Bearer realm="emotag", error="insufficient_scope"'}
