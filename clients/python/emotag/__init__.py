"""Emotion tags for what agents say to each other: the client SDK."""
