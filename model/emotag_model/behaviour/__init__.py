"""Behavioural tests: what a tagger of emotions should do, whatever its F1, and where it does not."""

from emotag_model.behaviour.errors import SuiteError
from emotag_model.behaviour.tables import tables

__all__ = ["SuiteError", "tables"]
