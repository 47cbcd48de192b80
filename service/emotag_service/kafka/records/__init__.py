"""Records and what becomes of each, without any Kafka client: text found, tag written, topic chosen, dead letters."""
