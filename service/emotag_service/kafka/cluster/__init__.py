"""The Kafka cluster: all that touches its client, from connecting to settling what a transaction left."""
