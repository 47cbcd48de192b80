"""How good a model is: F1, accuracy and calibration on labelled messages, and thresholds that make the best of it."""
