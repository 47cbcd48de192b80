"""The data that models learn from: what there is, under which terms, and how it comes in without leaks."""

from emotag_model.training.data.data_set import DataSet, Meaning
from emotag_model.training.data.leaks import check_no_leak
from emotag_model.training.data.load import TrainingData, load_data
from emotag_model.training.data.registry import REGISTRY, find

__all__ = ["REGISTRY", "DataSet", "Meaning", "TrainingData", "check_no_leak", "find", "load_data"]
