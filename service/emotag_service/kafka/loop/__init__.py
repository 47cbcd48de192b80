"""The loop: consume, tag in micro-batches across partitions, produce, commit."""
