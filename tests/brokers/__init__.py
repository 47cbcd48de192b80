"""Brokers for tests: the embedded one, Apache Kafka, somebody's cluster; and a client that is not the tagger's."""
