"""Draw the dashboard's panels from what a Prometheus has, where there is no Grafana: its queries, titles and places.

python deploy/grafana/draw.py --prometheus http://localhost:9090 --minutes 15 --output dashboard.png
"""

from __future__ import annotations

import argparse
import json
import re
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    Series = tuple[dict[str, str], list[datetime], list[float]]
    """Labels of one, and its points."""

BOARD = Path(__file__).parent / "dashboards" / "emotag.json"
_COLUMNS = 24  # of Grafana's grid
_INCHES = 0.44, 0.24  # one cell of it
_POINTS = 90
_MOST_NAMED = 8
_COLOURS = 96
_LINE = 66  # characters of names beside each other


def fetch(prometheus: str, query: str, minutes: float) -> list[Series]:
    """Ask a Prometheus for a query over the last minutes. Raises OSError where none answers."""
    now = time.time()
    asked = {"query": query, "start": now - 60 * minutes, "end": now, "step": max(1, 60 * minutes / _POINTS)}
    url = f"{prometheus}/api/v1/query_range?{urllib.parse.urlencode(asked)}"
    with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310 - of whoever types it
        found = json.load(reply)["data"]["result"]
    return [
        (
            one["metric"],
            [datetime.fromtimestamp(at, UTC) for at, _ in one["values"]],
            [float(y) for _, y in one["values"]],
        )
        for one in found
    ]


def draw(board: dict[str, Any], ask: Callable[[str], list[Series]]) -> Figure:
    """Draw every panel in its place; `ask` answers queries."""
    places = [panel["gridPos"] for panel in board["panels"]]
    height = max(place["y"] + place["h"] for place in places)
    figure = Figure(figsize=(_COLUMNS * _INCHES[0], height * _INCHES[1]))
    for panel, place in zip(board["panels"], places, strict=True):
        left, top = place["x"] / _COLUMNS, 1 - place["y"] / height
        if panel["type"] == "row":
            figure.text(left + 0.01, top - 0.5 / height, panel["title"], weight="bold", size=11, va="center")
            continue
        # Inside its cells there is room for the title above, and for names and numbers below and to the left.
        wide, high = place["w"] / _COLUMNS, place["h"] / height
        axes = figure.add_axes((left + 0.15 * wide, top - 0.68 * high, 0.81 * wide, 0.56 * high))
        axes.set_title(panel["title"], size=9, loc="left")
        _fill(axes, panel, ask)
    return figure


def _fill(axes: Axes, panel: dict[str, Any], ask: Callable[[str], list[Series]]) -> None:
    names: list[str] = []
    for target in panel["targets"]:
        for labels, moments, values in ask(target["expr"].replace("$instance", ".*")):
            if all(map(isnan, values)):  # a quantile of nothing
                continue
            names.append(_named(target["legendFormat"], labels))
            axes.plot(moments, values, linewidth=1, label=names[-1] if len(names) <= _MOST_NAMED else None)
    if not names:
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", size=8, color="grey")
        axes.set(xticks=[], yticks=[])
        return
    unit = panel["fieldConfig"]["defaults"]["unit"]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: spelled(value, unit)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(labelsize=6, length=2)
    axes.grid(linewidth=0.3)
    axes.margins(x=0)
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    columns = max(1, min(3, _LINE // (max(map(len, names)) + 4)))
    corner = -0.16, -0.14
    axes.legend(loc="upper left", bbox_to_anchor=corner, ncols=columns, fontsize=6, frameon=False, handlelength=1)


def _named(pattern: str, labels: dict[str, str]) -> str:
    """A legend as Grafana writes it; labels that a series does not have are empty."""
    return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), pattern).strip() or "-"


def spelled(value: float, unit: str) -> str:
    """A number of an axis, as Grafana spells its units."""
    if unit == "percentunit":
        return f"{100 * value:g}%"
    if unit == "s":
        return f"{value:g} s" if value >= 1 or value == 0 else f"{1000 * value:g} ms"
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    return f"{value:g}/s" if unit == "reqps" else f"{value:g}"


def save(figure: Figure, path: Path) -> None:
    """Write it as a PNG of few colours, which has a quarter of the bytes."""
    drawn = BytesIO()
    figure.savefig(drawn, dpi=110)
    Image.open(drawn).convert("RGB").quantize(_COLOURS).save(path, "PNG", optimize=True)


def main() -> None:
    """Draw it into a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", default="http://localhost:9090", metavar="URL", help="(default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=60.0, metavar="N", help="up to now (default: %(default)g)")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="a PNG")
    args = parser.parse_args()
    figure = draw(json.loads(BOARD.read_text()), lambda query: fetch(args.prometheus, query, args.minutes))
    save(figure, args.output)


if __name__ == "__main__":
    main()
