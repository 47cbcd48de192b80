"""What becomes of a record: which are tagged, what is written in their place, and where."""
