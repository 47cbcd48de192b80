"""The tagger: consumes, tags ahead, writes and commits, a lane for each partition, by an engine here or elsewhere."""
