"""Before CrewAI is imported: what it tells its makers, and asks at a terminal, it tells and asks no more."""

from __future__ import annotations

import os

os.environ.update(CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true", CREWAI_TRACING_ENABLED="false")
