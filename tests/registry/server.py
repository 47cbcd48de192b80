"""The registry: registers, looks up and gives schemas; checks no compatibility, and is not Confluent's."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


class Registry:
    """One registry on a free port of this machine.

    Attributes:
        requests: Paths that schemas were asked for by, in order.
        status: Answered to whatever is asked while it is not 0.
        login: What an Authorization header must hold, if it is not empty.
        delay: Set it to have requests wait until `go` is set.
        waiting: How many do.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.status = 0
        self.login = ""
        self.delay = False
        self.waiting = 0
        self.go = threading.Event()
        self._schemas: list[dict[str, Any]] = []
        self._subjects: dict[str, list[int]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"registry": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def register(self, subject: str, schema: str, kind: str = "AVRO", references: Any = ()) -> dict[str, Any]:
        """Register a schema; the same one has one id, whatever its subjects."""
        with self._lock:
            known = next((one for one in self._schemas if _same(one, schema, kind, references)), None)
            if known is None:
                known = {"id": len(self._schemas) + 1, "guid": str(uuid.uuid4()), "schema": schema}
                known |= {"schemaType": kind, "references": list(references)}
                self._schemas.append(known)
            versions = self._subjects.setdefault(subject, [])
            if known["id"] not in versions:
                versions.append(known["id"])
            return {**known, "subject": subject, "version": versions.index(known["id"]) + 1}

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(path)
        steps = [unquote(step) for step in parts.path.strip("/").split("/")]
        serialized = parse_qs(parts.query).get("format") == ["serialized"]
        if method == "POST":
            kind, references = body.get("schemaType", "AVRO"), body.get("references") or []
            return 200, self.register(steps[1], body["schema"], kind, references)
        found = None
        if steps[:2] == ["schemas", "ids"]:
            found = next((one for one in self._schemas if str(one["id"]) == steps[2]), None)
        elif steps[:2] == ["schemas", "guids"]:
            found = next((one for one in self._schemas if one["guid"] == steps[2]), None)
        elif steps[0] == "subjects" and steps[2:3] == ["versions"]:
            versions = self._subjects.get(steps[1], [])
            if steps[3].isdigit() and 0 < int(steps[3]) <= len(versions):
                found = self._schemas[versions[int(steps[3]) - 1] - 1] | {"subject": steps[1], "version": int(steps[3])}
        if found is None:
            return 404, {"error_code": 40403, "message": "Schema not found"}
        return 200, _shown(found, serialized=serialized)


def _same(one: dict[str, Any], schema: str, kind: str, references: Any) -> bool:
    return (one["schema"], one["schemaType"], one["references"]) == (schema, kind, list(references))


def _shown(schema: dict[str, Any], *, serialized: bool) -> dict[str, Any]:
    """As the real one: Avro has no schemaType, and Protobuf is the text of a .proto file unless it is asked for else."""
    shown = {name: value for name, value in schema.items() if value or name == "schema"}
    if schema["schemaType"] == "AVRO":
        del shown["schemaType"]
    if schema["schemaType"] == "PROTOBUF" and not serialized:
        shown["schema"] = f'syntax = "proto3"; // {len(base64.b64decode(schema["schema"]))} bytes'
    return shown


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Of clients that hang up, as they do on a schema that is too large."""


class _Handler(BaseHTTPRequestHandler):
    registry: Registry
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # one segment an answer: two would wait for an acknowledgement in between

    def do_GET(self) -> None:
        registry = self.registry
        registry.requests.append(self.path)
        if registry.delay:
            registry.waiting += 1
            registry.go.wait(60)
        if registry.status:
            self._send(registry.status, {"message": "by the test"})
        elif registry.login and self.headers.get("Authorization") != registry.login:
            self._send(401, {"error_code": 401, "message": "Unauthorized"})
        else:
            self._send(*registry.answer("GET", self.path, {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(*self.registry.answer("POST", self.path, body))

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
