"""Proof that tagging stays exactly-once while taggers and brokers are killed: `python -m tests.chaos --help`."""
