"""Formats that messages come in: where the text is, and where the tag goes."""
