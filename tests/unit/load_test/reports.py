"""A report with something of everything."""

from emotag_service.load_test.step import LoadReport, Refused, Step, Waits

WAITS = Waits(1.0, 2.0, 30.0, 400.0)
GOOD = Step("unary", 0.5, 500.0, 2.0, 1_000, 1_000, 500.0, 500.0, WAITS, (), {}, 0, 0.5, 0, 0, 0, 0)
BAD = Step(
    "stream", 3.0, 3_000.0, 2.0, 6_000, 1_900, 950.0, 900.0, WAITS, (Refused("QUEUE_FULL", 4_000, WAITS, 4.0),),
    {"INTERNAL": 2}, 90, 1.5, 3, 2, 1, 0,
)  # fmt: skip
REPORT = LoadReport("localhost:50051", "made texts", {"unary": 1_000.0, "stream": 1_000.0}, (GOOD, BAD), True)
