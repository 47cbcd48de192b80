"""The HTTP front: APIs that clients of other model servers have, over the engine."""
