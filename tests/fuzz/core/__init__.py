"""libFuzzer and replays of the native core, from C++."""
