"""Every way in that docs/ways.md lists stands on the page that it names, and a test types it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.e2e import test_http_page, test_pages
from tests.e2e.pages import blocks, commands
from tests.integration import test_a2a_command, test_mcp

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "ways.md"
_ROW = re.compile(r"^\| (?P<who>[^|]+) \| `(?P<line>(?:[^`|]|\\\|)+)` \| (?P<pages>.+) \|$", re.MULTILINE)
_BLOCK = re.compile(r"^```\w+\n(.*?)^```|^    (\S.*)$", re.DOTALL | re.MULTILINE)
ROWS = [match.groupdict() for match in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]
FRAMEWORKS = sorted((ROOT / "tests" / "frameworks").glob("*/test_*.py"))


@cache
def typed() -> dict[str, list[str]]:
    """What tests type of the pages, by the test."""
    pages, agents, tools = "tests/e2e/test_pages.py", "tests/integration/test_a2a_command.py", test_mcp.LINES
    a2a = [block for page, block in blocks("python") if page == "docs/a2a.md"]
    scale = [block for page, block in blocks("python") if page == "docs/scale.md"]
    found = {
        f"{pages}::test_command": [command.line for command in test_pages.ONCE],
        f"{pages}::test_grpcurl": [command.line for command in test_pages.GRPCURL],
        f"{pages}::test_the_kafka_road_in_the_order_of_readme": test_pages.KAFKA,
        f"{pages}::test_python": [block for page, block in test_pages.PYTHON if page not in test_pages.WALKED],
        "tests/e2e/test_http_page.py::test_the_walk": test_http_page.CURL,
        "tests/e2e/test_node.py::test_the_package_holds_all_that_the_example_needs": [
            "node example.js localhost:50051"
        ],
        f"{agents}::test_in_process_as_the_page_says": [test_a2a_command.LINES[0]],
        f"{agents}::test_the_interceptor_as_the_page_says": a2a,
        "tests/integration/test_mcp.py::test_over_http": tools[:1],
        "tests/integration/test_mcp.py::test_over_standard_input_and_output_in_process_as_a_host_is_configured": list(
            test_mcp.SNIPPETS.values()
        ),
        "tests/integration/test_inference.py::test_tritons_client_as_the_page_says": [
            block for page, block in blocks("python") if page == "docs/http.md"
        ],
        "tests/integration/kafka/test_schema_registry.py::test_the_command_shows_what_it_would_write": [
            command.line for command in commands() if command.line.startswith("emotag tag-topic --schema-registry")
        ],
        "tests/frameworks/spark/test_spark.py::test_what_the_page_shows_runs": [
            block for block in scale if "emotion_udf" in block
        ],
        "tests/frameworks/ray_data/test_ray.py::test_what_the_page_shows_runs": [
            block for block in scale if "EmotionMapper" in block
        ],
    }
    for file in FRAMEWORKS:
        examples = re.findall(r'example\("(\w+)"\)', file.read_text(encoding="utf-8"))
        test = f"{file.relative_to(ROOT)}::test_the_example_prints_each_message_with_its_tag"
        found |= {test: [f"python docs/examples/{name}_example.py" for name in examples]} if examples else {}
    return found


def test_no_row_is_passed_over() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(rows) - 1 >= 27


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["who"])
def test_the_line_stands_on_its_page(row: dict[str, str]) -> None:
    pages = [(PAGE.parent / path).resolve() for path in re.findall(r"\]\(([^)]+)\)", row["pages"])]
    files = [page / "README.md" if page.is_dir() else page for page in pages]
    shown = [block or line for file in files for block, line in _BLOCK.findall(file.read_text(encoding="utf-8"))]
    line = row["line"].replace(r"\|", "|")
    assert any(line in block for block in shown), f"{line} is in no block of {files}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["who"])
def test_a_test_types_the_line(row: dict[str, str]) -> None:
    line = row["line"].replace(r"\|", "|")
    assert any(line in one for lines in typed().values() for one in lines), f"no test types {line}"


def test_the_tests_that_do_are_there() -> None:
    for name, lines in typed().items():
        path, _, test = name.partition("::")
        assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name
        assert lines, f"{name} types nothing"
