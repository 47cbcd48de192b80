"""Fakes for tests of whatever uses the engine: an engine without a model, predictors by script, a clock by hand."""

from emotag_service.testing.clock import FakeClock
from emotag_service.testing.in_memory import in_memory_engine
from emotag_service.testing.labels import plain_taxonomies
from emotag_service.testing.scripted import ScriptedPredictor
from emotag_service.testing.tokenizer import WordTokenizer

__all__ = ["FakeClock", "ScriptedPredictor", "WordTokenizer", "in_memory_engine", "plain_taxonomies"]
