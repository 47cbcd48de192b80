"""What /openapi.json says of the HTTP front holds: requests made from it are answered as it says."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

if TYPE_CHECKING:
    from emotag_service.http.port import HttpPort

EXAMPLES = 25


async def test_requests_made_from_the_document_are_answered_as_it_says(http_port: HttpPort) -> None:
    await asyncio.to_thread(_examine, f"http://127.0.0.1:{http_port.port}")


def _examine(url: str) -> None:
    # Here and not above: it takes two seconds to import, for which every process that only collects tests would wait.
    schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis: pip install schemathesis")
    conformance = importlib.import_module("schemathesis.specs.openapi.checks")
    checks = [
        schemathesis.checks.not_a_server_error,
        conformance.status_code_conformance,
        conformance.content_type_conformance,
        conformance.response_headers_conformance,
        conformance.response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    # It cannot make lines of JSON.
    operations = [found.ok() for found in schema.exclude(path="/v1/stream").get_all_operations()]
    assert len(operations) == 11
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def examine(case: Any) -> None:
            # Which texts are blank, or which tensors are not of their shape, no schema can say: those are refused.
            case.call_and_validate(checks=checks)

        examine()
