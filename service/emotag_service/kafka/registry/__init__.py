"""The schema registry of the topics that are tagged: how it is reached, and what it has said."""
