"""Training: from labelled messages, word vectors and a recipe to a checkpoint folder."""
