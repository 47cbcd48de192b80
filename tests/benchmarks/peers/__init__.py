"""The same model behind other servers, and another kind of model beside it: `make bench BENCH_ARGS='--part peers'`."""
