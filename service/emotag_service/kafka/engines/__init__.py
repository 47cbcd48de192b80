"""What computes tags: an engine in this process, or a service over gRPC."""
