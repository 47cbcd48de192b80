"""The Kafka cluster: its clients and what is private to them, from connecting to settling what a transaction left."""
