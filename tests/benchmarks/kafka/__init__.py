"""The Kafka road under measurement: what feeds it, what it is compared with, and how fast it goes."""
