"""Dead letters: records that could not be tagged, kept whole in a topic of their own, and brought back from it."""
