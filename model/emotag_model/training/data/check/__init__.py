"""Looks through the data sets of a folder: what is there, what is amiss, and what stands in it twice."""

from emotag_model.training.data.check.examine import Advance, examine
from emotag_model.training.data.check.findings import DataSetFindings, SplitFindings
from emotag_model.training.data.check.layout import Layout
from emotag_model.training.data.check.overlap import Overlap

__all__ = ["Advance", "DataSetFindings", "Layout", "Overlap", "SplitFindings", "examine"]
