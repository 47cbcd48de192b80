"""What the service does with more than it can: `make bench BENCH_ARGS='--part overload'`."""
