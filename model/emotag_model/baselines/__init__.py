"""Other models for the same task, trained on the same data, that a checkpoint has to be better or faster than."""
