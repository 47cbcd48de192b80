"""What agents send beside prose: code, JSON, logs, tool calls, and plain statements of fact."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, minimum

_OUTPUT = (
    '{"status": "ok", "rows": 120, "next": null}',
    '{"name": "get_weather", "arguments": {"city": "Oslo", "unit": "C"}}',
    '[{"id": 1, "price": 12.5}, {"id": 2, "price": 8.0}]',
    '{"error": null, "result": {"kills": 0, "process": "terminated"}}',
    "def add(a: int, b: int) -> int:\n    return a + b",
    "```python\nfor row in rows:\n    print(row['id'])\n```",
    "import numpy as np\nx = np.zeros((3, 4))",
    "SELECT id, name FROM users WHERE age > 30 ORDER BY name;",
    "$ git commit -m 'Fix off-by-one in pager'\n[main 3f2a1c9] Fix off-by-one in pager",
    "GET /v1/orders/4711 HTTP/1.1\nHost: api.example.com\nAccept: application/json",
    "HTTP/1.1 404 Not Found\nContent-Length: 0",
    "2024-05-01 09:12:44 INFO worker-3 processed 250 records in 1.2 s",
    "WARN  kill -9 sent to child 2311 after timeout of 30 s",
    "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nKeyError: 'id'",
    "exit code: 1\nstdout:\nstderr: cannot open file",
    "| id | total |\n|---|---|\n| 1 | 20 |\n| 2 | 31 |",
    "id,name,amount\n1,widget,20\n2,gadget,31",
    '<div class="row"><span>Total</span><span>31</span></div>',
    "name: build\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest",
    "tests/test_pager.py::test_last_page PASSED [100%]",
    "FROM python:3.11-slim\nCOPY . /app\nRUN pip install /app",
    "Thought: I need the order first. Action: lookup_order[4711]",
    "Tool result: found 3 flights, cheapest 129 EUR, duration 2 h 10 min.",
    "const total = items.reduce((sum, item) => sum + item.price, 0);",
    "kill_process(pid=311, force=True)  # returns None",
    "s3://bucket/2024/05/01/part-0001.parquet",
)
_FACTS = (
    "The report has twelve pages.",
    "The package weighs 3 kg and ships from Rotterdam.",
    "I have forwarded the request to the billing agent.",
    "The next step is to compute the average of column B.",
    "The train leaves at 9:40 from platform 2.",
    "Your order number is 48213.",
    "The capital of Australia is Canberra.",
    "Water boils at 100 degrees Celsius at sea level.",
    "Please enter the six digits of the code.",
    "The meeting has been moved to Thursday.",
    "I will now call the search tool with the query 'flights'.",
    "The table has four columns and ten rows.",
    "Agent B computes the totals and Agent C writes the summary.",
    "The refund takes five to seven business days.",
    "The reservation is for two passengers in economy.",
    "The document was last modified on Monday.",
    "Step 2 of 5: parse the input file.",
    "The user's address is 12 Main Street, Springfield.",
    "There are 24 hours in a day.",
    "The function returns a list of integers.",
    "The store is open from nine to six.",
    "The answer is 42.",
    "Plan: 1. read the file. 2. count the words. 3. return the count.",
    "Based on the search results, the book was published in 1998.",
    "The payment method on file is a credit card ending in 1122.",
)

MACHINE_OUTPUT = Capability(
    "machine output", "code, data, logs and tool calls are neutral", tuple(minimum(_OUTPUT, "neutral"))
)
FACTS = Capability("facts", "a statement of fact or of a next step is neutral", tuple(minimum(_FACTS, "neutral")))
