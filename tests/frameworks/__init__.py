"""Tests against real agent frameworks and data engines, each in an environment of its own: `make integrations`."""
