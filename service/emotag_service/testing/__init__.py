"""Fakes for tests of whatever uses the engine: an engine without a model, predictors by script, a clock by hand."""

from emotag_service.testing.in_memory import FakeClock, in_memory_engine, plain_taxonomies
from emotag_service.testing.scripted import ScriptedPredictor, WordTokenizer

__all__ = ["FakeClock", "ScriptedPredictor", "WordTokenizer", "in_memory_engine", "plain_taxonomies"]
