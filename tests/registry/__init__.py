"""A schema registry for tests: it speaks the part of the real one's HTTP API that Confluent's clients and ours use."""
