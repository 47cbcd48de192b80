"""The drawing of the dashboard has every panel in its place, asks its queries, and spells its units."""

from __future__ import annotations

import importlib.util
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import nan
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.deploy.files import DEPLOY
from tests.unit.deploy.monitoring import panels

pytest.importorskip("matplotlib")
PNG = b"\x89PNG"
MOMENTS = [datetime(2026, 1, 1, 12, minute, tzinfo=UTC) for minute in range(3)]


def _module() -> ModuleType:
    """The script, which is in no package."""
    spec = importlib.util.spec_from_file_location("draw", DEPLOY / "grafana" / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = _module()
BOARD = json.loads(script.BOARD.read_text())


def test_every_panel_is_where_the_dashboard_has_it_with_what_its_queries_found(tmp_path):
    asked = []

    def ask(query):
        asked.append(query)
        return [({"label": "joy", "instance": "here"}, MOMENTS, [1.0, 2.0, 3.0]), ({}, MOMENTS, [nan] * 3)]

    figure = script.draw(BOARD, ask)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [panel["title"] for panel in panels()]
    assert asked == [target["expr"].replace("$instance", ".*") for panel in panels() for target in panel["targets"]]
    assert [len(axes.lines) for axes in figure.axes] == [len(panel["targets"]) for panel in panels()]
    corners = [(axes.get_position().y0, axes.get_position().x0) for axes in figure.axes]
    order = sorted(range(len(corners)), key=lambda index: (-round(corners[index][0], 3), corners[index][1]))
    grid = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in panels()]
    assert [grid[index] for index in order] == sorted(grid)
    script.save(figure, tmp_path / "drawn.png")
    assert (tmp_path / "drawn.png").read_bytes().startswith(PNG)


def test_a_panel_without_data_says_so():
    figure = script.draw(BOARD, lambda _: [])
    assert {text.get_text() for axes in figure.axes for text in axes.texts} == {"no data"}


def test_a_name_has_the_labels_that_there_are():
    assert script._named("{{instance}} {{worker}} p99", {"instance": "here", "worker": "2"}) == "here 2 p99"
    assert script._named("{{instance}} {{worker}}", {"instance": "here"}) == "here"


@pytest.mark.parametrize(
    ("value", "unit", "spelled"),
    [
        (0.25, "percentunit", "25%"),
        (0.0125, "s", "12.5 ms"),
        (2, "s", "2 s"),
        (0, "s", "0 s"),
        (2**21, "bytes", "2 MiB"),
        (40, "reqps", "40/s"),
        (40, "none", "40"),
    ],
)
def test_units_are_spelled(value, unit, spelled):
    assert script.spelled(value, unit) == spelled


def test_prometheus_is_asked_for_the_last_minutes():
    paths = []

    class Prometheus(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            found = [{"metric": {"label": "joy"}, "values": [[1_800_000_000, "1.5"], [1_800_000_010, "NaN"]]}]
            self.wfile.write(json.dumps({"data": {"result": found}}).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Prometheus) as server:
        threading.Thread(target=server.serve_forever).start()
        [(labels, moments, values)] = script.fetch(f"http://127.0.0.1:{server.server_port}", "up > 0", 15)
        server.shutdown()
    given = {name: value for name, [value] in parse_qs(urlsplit(paths[0]).query).items()}
    assert given["query"] == "up > 0"
    assert float(given["end"]) - float(given["start"]) == pytest.approx(900)
    assert (labels, moments[0].timestamp(), values[0]) == ({"label": "joy"}, 1_800_000_000, 1.5)
