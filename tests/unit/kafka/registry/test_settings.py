"""Where the registry is, and who we are to it."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from emotag_service.kafka.errors import SettingsError
from emotag_service.kafka.registry.choice import open_schemas
from emotag_service.kafka.registry.client import RegistryClient
from emotag_service.kafka.registry.settings import PASSWORD_VARIABLE, RegistrySettings, registry_url
from tests.registry.schemas import JSON_TEXT
from tests.registry.server import Registry

URL = "http://localhost:8081"
FIELDS = {"codec": "auto", "text_field": "text", "tag_field": "emotion"}


@pytest.mark.parametrize("text", [URL, "https://registry.example.org/", "http://[::1]:8081/apis/ccompat/v7"])
def test_addresses(text: str) -> None:
    assert registry_url(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text", ["", "localhost:8081", "ftp://x", "http://", "http://u:p@x", "http://x:0", "http://x:99999", "http://x?a=b"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="such as http"):
        registry_url(text)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"schema_registry_user": "u"}, "--schema-registry URL"),
        ({"schema_registry": URL, "schema_registry_tls_ca": Path("x")}, "https://"),
        ({"schema_registry": URL, "schema_registry_user": "u", "schema_registry_token_file": Path("x")}, "one of them"),
        ({"schema_registry": URL, "schema_registry_password_file": Path("x")}, "--schema-registry-user"),
    ],
)
def test_contradictions(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        RegistrySettings(**given)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"schema_registry_user": "u"}, PASSWORD_VARIABLE),
        ({"schema_registry_user": "u", "schema_registry_password_file": Path("/nowhere")}, "password-file: /nowhere"),
        ({"schema_registry_token_file": Path("/nowhere")}, "token-file: /nowhere"),
        ({"schema_registry": "https://x", "schema_registry_tls_ca": Path("/nowhere")}, "registry-tls-ca: /nowhere"),
    ],
)
def test_files_that_cannot_be_used(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        RegistryClient(RegistrySettings(**({"schema_registry": URL} | given)))


def test_no_registry_and_codecs_that_go_with_none() -> None:
    assert open_schemas(RegistrySettings(), **FIELDS) is None
    with pytest.raises(SettingsError, match="--codec auto or headers-only, not json"):
        open_schemas(RegistrySettings(schema_registry=URL), **{**FIELDS, "codec": "json"})
    with pytest.raises(SettingsError, match="--tag-field"):
        open_schemas(RegistrySettings(schema_registry=URL), **{**FIELDS, "tag_field": "a..b"})


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    monkeypatch.delitem(sys.modules, RegistryClient.__module__)
    with pytest.raises(SettingsError, match=r"needs httpx2, .*emotag\[server,registry\]"):
        open_schemas(RegistrySettings(schema_registry=URL), **FIELDS)


async def test_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("one\n")
    with Registry() as registry:
        registry.register("in", JSON_TEXT, "JSON")
        for given in (
            {"schema_registry_user": "u", "schema_registry_password_file": secret},
            {"schema_registry_token_file": secret},
        ):
            client = RegistryClient(RegistrySettings(schema_registry=registry.url, **given))
            for password in ("one", "two"):
                secret.write_text(password)
                registry.login = _basic(password) if "schema_registry_user" in given else f"Bearer {password}"
                assert (await client.schema(1)).kind == "JSON"
            await client.close()
            secret.write_text("one\n")
        monkeypatch.setenv(PASSWORD_VARIABLE, "three")
        registry.login = _basic("three")
        settings = RegistrySettings(schema_registry=registry.url, schema_registry_user="u")
        client = RegistryClient(settings)
        assert (await client.schema(1)).kind == "JSON"
        await client.close()
        assert "three" not in repr(settings)


def _basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'u:{password}'.encode()).decode()}"
