"""A client of a schema registry's HTTP API, as Confluent's, Karapace and Redpanda have it.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx2

from emotag_service.kafka.errors import ForbiddenError
from emotag_service.kafka.records.schemas.schema import SchemaText, unusable
from emotag_service.messages.untaggable import REGISTRY_REFUSED, SCHEMA_NOT_FOUND, UntaggableError
from emotag_service.process.secrets import SecretFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emotag_service.kafka.records.schemas.framing import SchemaKey
    from emotag_service.kafka.registry.settings import RegistrySettings

_MOST_BYTES = 1024 * 1024  # of a schema with all that it refers to
_MOST_REFERENCES = 64
_MOST_REFERENCE_DEPTH = 16
_MOST_REQUESTS = 8  # at once
_REQUEST_SECONDS = 5.0
_ACCEPT = "application/vnd.schemaregistry.v1+json, application/json"


class RegistryDownError(Exception):
    """The registry does not answer, or not as one does that is up; another attempt may succeed."""


class RegistryClient:
    """Asks a registry for schemas."""

    def __init__(self, settings: RegistrySettings) -> None:
        """Make one, which connects when it is asked.

        Raises:
            SettingsError: A file of secrets or certificates cannot be used.
        """
        self.url = settings.schema_registry
        self._user = settings.schema_registry_user
        self._password = settings.password()
        self._token = settings.token()
        self._client = httpx2.AsyncClient(
            headers={"Accept": _ACCEPT, "Accept-Encoding": "identity"},
            timeout=_REQUEST_SECONDS,
            verify=settings.tls() if self.url.startswith("https:") else True,
        )
        self._room = asyncio.Semaphore(_MOST_REQUESTS)

    async def schema(self, key: SchemaKey) -> SchemaText:
        """Fetch a schema, and all that it refers to.

        Raises:
            RegistryDownError: It does not answer; another attempt may succeed.
            UntaggableError: SCHEMA_NOT_FOUND, REGISTRY_REFUSED or SCHEMA_UNUSABLE.
            ForbiddenError: It does not take our login.
        """
        where = f"schemas/ids/{key}" if isinstance(key, int) else f"schemas/guids/{key}"
        answer = await self._get(where, {}, f"schema {key}")
        kind = _text(answer, "schemaType", "AVRO")
        form = {"format": "serialized"} if kind == "PROTOBUF" else {}
        if form:  # a registry without this form gives the .proto file, which nothing here reads
            answer = await self._get(where, form, f"schema {key}")
        references = _References(self, form, _MOST_BYTES - len(_text(answer, "schema")))
        await references.add(answer, 0)
        return SchemaText(kind, _text(answer, "schema"), references.found)

    async def version(self, subject: str, version: int, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Fetch a version of a subject; see `schema` for what it raises."""
        where = f"subjects/{quote(subject, safe='')}/versions/{version}"
        return await self._get(
            where, {**form, "deleted": "true"}, f"version {version} of a subject that is referred to"
        )

    async def close(self) -> None:
        """End it."""
        await self._client.aclose()

    async def _get(self, where: str, query: Mapping[str, str], what: str) -> Mapping[str, Any]:
        async with self._room:
            try:
                status, body = await self._ask(f"{self.url}/{where}", query)
            except httpx2.HTTPError as error:
                raise RegistryDownError(type(error).__name__) from error
        if status == 401:
            raise ForbiddenError(
                f"the schema registry at {self.url} does not take our login (401); check "
                "--schema-registry-user and its password, or --schema-registry-token-file"
            )
        if status == 403:
            raise UntaggableError(REGISTRY_REFUSED, f"the schema registry does not let us read {what} (403)")
        if status == 404:
            raise UntaggableError(SCHEMA_NOT_FOUND, f"the schema registry at {self.url} has no {what}")
        return _answer(status, body)

    async def _ask(self, url: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        request = self._client.build_request("GET", url, params=query, headers=self._login())
        answer = await self._client.send(request, auth=self._auth(), stream=True)
        body = bytearray()
        try:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > 2 * _MOST_BYTES:  # escapes in JSON take room, too
                    raise unusable(f"the schema is larger than {_MOST_BYTES:,} bytes")
        finally:
            await answer.aclose()
        return answer.status_code, bytes(body)

    def _login(self) -> dict[str, str]:
        return {} if self._token is None else {"Authorization": f"Bearer {self._token.current()}"}

    def _auth(self) -> httpx2.BasicAuth | None:
        password = self._password
        if not self._user:
            return None
        return httpx2.BasicAuth(self._user, password.current() if isinstance(password, SecretFile) else password)


class _References:
    """What a schema refers to, and what that refers to."""

    def __init__(self, client: RegistryClient, form: Mapping[str, str], room: int) -> None:
        self.found: dict[str, str] = {}
        self._client = client
        self._form = form
        self._room = room
        self._seen: set[str] = set()
        self._check()

    async def add(self, answer: Mapping[str, Any], depth: int) -> None:
        references = answer.get("references") or []
        if not isinstance(references, list) or depth > _MOST_REFERENCE_DEPTH:
            raise unusable(f"the schema refers to others more than {_MOST_REFERENCE_DEPTH} deep")
        for one in references:
            name, subject, version = _reference(one)
            if name in self._seen:
                continue
            self._seen.add(name)
            if len(self._seen) > _MOST_REFERENCES:
                raise unusable(f"the schema refers to more than {_MOST_REFERENCES} others")
            there = await self._client.version(subject, version, self._form)
            await self.add(there, depth + 1)
            self.found[name] = text = _text(there, "schema")
            self._room -= len(text)
            self._check()

    def _check(self) -> None:
        if self._room < 0:
            raise unusable(f"the schema is larger than {_MOST_BYTES:,} bytes, with all that it refers to")


def _answer(status: int, body: bytes) -> Mapping[str, Any]:
    if status != 200:
        raise RegistryDownError(f"status {status}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RegistryDownError("an answer that is not JSON") from error
    if not isinstance(answer, dict):
        raise RegistryDownError("an answer that is no object")
    return answer


def _text(answer: Mapping[str, Any], name: str, default: str = "") -> str:
    found = answer.get(name)
    return found if isinstance(found, str) else default


def _reference(one: Any) -> tuple[str, str, int]:
    if not isinstance(one, dict) or not isinstance(one.get("version"), int):
        raise unusable("a reference of the schema is none")
    return _text(one, "name"), _text(one, "subject"), one["version"]
