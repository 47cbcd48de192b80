"""The entries of the registry, by kind of text."""
