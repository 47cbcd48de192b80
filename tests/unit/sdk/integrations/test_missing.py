"""An adapter whose framework is not installed says what to install."""

from __future__ import annotations

import importlib
import sys

import pytest

ADAPTERS = {
    "langchain": ("langchain", "emotag[langchain]"),
    "openai_agents": ("agents", "emotag[openai-agents]"),
    "google_adk": ("google.adk", "emotag[google-adk]"),
    "crewai": ("crewai", "emotag[crewai]"),
    "autogen": ("autogen_core", "--no-deps autogen-core"),
    "agent_framework": ("agent_framework", "emotag[agent-framework]"),
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_error_names_the_extra(name, monkeypatch):
    package, wanted = ADAPTERS[name]
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"emotag.integrations.{name}", raising=False)
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module(f"emotag.integrations.{name}")
    assert f"this adapter needs {package}" in str(caught.value)
    assert wanted in str(caught.value)


def test_events_without_opentelemetry(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry._logs", None)
    monkeypatch.delitem(sys.modules, "emotag.integrations.telemetry", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"emotag\[otel\]"):
        importlib.import_module("emotag.integrations.telemetry")
