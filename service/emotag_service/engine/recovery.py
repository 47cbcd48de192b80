"""What becomes of a batch that a replica failed on."""

from __future__ import annotations

from emotag_service.engine.batch import Batch


def after_failure(batch: Batch, error: BaseException, replica: str) -> list[Batch]:
    """Return what to compute again instead of `batch`; empty when its one message is beyond help.

    The first time it goes to another replica as it is. After the second it is cut in halves, and so on, until the
    message at fault stands alone. Running out of memory is the batch's size and not the replica's fault: it is cut
    at once and may stay where it was.
    """
    alone = len(batch.entries) == 1
    if isinstance(error, MemoryError) and not alone:
        return _halves(batch, failures=batch.failures, avoid="", bisecting=batch.bisecting)
    if batch.failures == 0:
        return [Batch(batch.entries, failures=1, avoid=replica)]
    if alone:
        return []
    return _halves(batch, failures=batch.failures + 1, avoid=replica, bisecting=True)


def _halves(batch: Batch, *, failures: int, avoid: str, bisecting: bool) -> list[Batch]:
    middle = len(batch.entries) // 2
    parts = (batch.entries[:middle], batch.entries[middle:])
    return [Batch(part, failures=failures, avoid=avoid, bisecting=bisecting) for part in parts]
