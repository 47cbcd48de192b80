"""A load test as a picture. Needs matplotlib, which the extra `plot` brings."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from emotag_service.load_test.step import LoadReport, Step

_FORMS = (".svg", ".png")
_PERCENTILES = {"p50_ms": "p50", "p99_ms": "p99", "p999_ms": "p99.9"}


def check_plot(path: Path) -> None:
    """See to it before anything is measured that a picture can be drawn.

    Raises:
        InvalidArgumentError: The name says another form, or there is no matplotlib.
    """
    if path.suffix not in _FORMS:
        raise InvalidArgumentError(f"--plot {path}: name a file that ends in .svg or .png", field="plot")
    if find_spec("matplotlib") is None:
        raise InvalidArgumentError(
            "--plot: needs matplotlib; install it with: pip install 'emotag[plot]'", field="plot"
        )


def draw(report: LoadReport, path: Path) -> None:
    """Draw throughput and waiting against the rate of arrivals, a row for each kind of calls.

    Raises:
        OSError: The file cannot be written.
    """
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and only the end of the command draws
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    kinds = list(dict.fromkeys(step.calls for step in report.steps))
    figure = Figure(figsize=(10, 3.6 * max(1, len(kinds))), layout="constrained")
    rows = figure.subplots(max(1, len(kinds)), 2, squeeze=False)
    for calls, (rates, waits) in zip(kinds, rows, strict=False):
        steps = sorted((step for step in report.steps if step.calls == calls), key=lambda step: step.rate)
        _draw_rates(rates, steps, report.capacity.get(calls))
        _draw_waits(waits, steps)
        rates.set_title(f"{calls}: what is tagged")
        waits.set_title(f"{calls}: how long it waits, from the planned arrival")
    with mpl.rc_context({"svg.hashsalt": "emotag"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _draw_rates(axes: Axes, steps: list[Step], capacity: float | None) -> None:
    arriving = [step.rate for step in steps]
    axes.plot(arriving, [step.throughput for step in steps], "o-", label="tagged")
    axes.plot(arriving, [step.goodput for step in steps], "s--", label="tagged in time")
    refused = [step.refused / step.seconds for step in steps]
    if any(refused):
        axes.plot(arriving, refused, "x:", label="refused")
    if capacity is not None:
        axes.axhline(capacity, color="grey", linewidth=0.8, label="capacity")
    axes.set(xlabel="messages/s that arrive", ylabel="messages/s", xlim=(0, None), ylim=(0, None))
    axes.legend()


def _draw_waits(axes: Axes, steps: list[Step]) -> None:
    tagged = [step for step in steps if step.waits is not None]
    for name, label in _PERCENTILES.items():
        axes.plot([step.rate for step in tagged], [getattr(step.waits, name) for step in tagged], "o-", label=label)
    refused = [(step.rate, max(each.waits.p99_ms for each in step.refusals)) for step in steps if step.refusals]
    if refused:
        axes.plot(*zip(*refused, strict=True), "x:", label="refusals, p99")
    axes.set(xlabel="messages/s that arrive", ylabel="ms", xlim=(0, None), yscale="log")
    axes.legend()
