"""How good a model is: F1, accuracy and calibration on labelled messages, and thresholds that make the best of it."""

from emotag_model.evaluation.encoded import EncodedExamples, encode_examples
from emotag_model.evaluation.evaluate import evaluate
from emotag_model.evaluation.predict import predict_logits
from emotag_model.evaluation.report import LabelReport, Report

__all__ = ["EncodedExamples", "LabelReport", "Report", "encode_examples", "evaluate", "predict_logits"]
