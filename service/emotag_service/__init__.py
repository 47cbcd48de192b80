"""What a tag is served by: the engine and its fronts."""
