"""Proof by very many strings that the native encoder is the tokenizer: `python -m tests.fuzz --help`."""
