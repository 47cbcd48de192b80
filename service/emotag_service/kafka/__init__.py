"""The Kafka front: attaches to topics, tags messages in flight and republishes them, exactly once."""
