"""What agents say to each other: whole conversations, without labels."""

from __future__ import annotations

from emotag_model.training.data.data_set import DataSet
from emotag_model.training.data.licence import MIT
from emotag_model.training.data.readers import unlabelled
from emotag_model.training.data.split import Split


def _stream(name: str, rows: int, title: str, home: str, paper: str) -> DataSet:
    return DataSet(
        name=f"streams:{name}",
        title=title,
        splits=(Split.train(rows, name),),
        reader=unlabelled,
        licence=MIT,
        home=home,
        paper=paper,
        file="streams/{split}.jsonl.gz",
        half_held_back=True,
        note="Half of the conversations, by a digest of their ids, are held back by others and never trained on.",
    )


_TAU_BENCH = ("https://github.com/sierra-research/tau-bench", "Yao et al. 2024, tau-bench, arXiv 2406.12045")

STREAMS = (
    _stream(
        *("marble_agent_to_agent", 25_432, "MARBLE, agent to agent"),
        "https://github.com/ulab-uiuc/MARBLE",
        "Zhu et al. 2025, MultiAgentBench, ACL 2025",
    ),
    _stream("tau_bench_fewshot", 1_296, "tau-bench, few-shot examples", *_TAU_BENCH),
    _stream("tau_bench_gpt4o_airline", 2_870, "tau-bench, GPT-4o as an airline's agent", *_TAU_BENCH),
    _stream(
        *("who_and_when_multiagent", 4_090, "Who&When"),
        "https://github.com/ag2ai/Agents_Failure_Attribution",
        "Zhang et al. 2025, Which Agent Causes Task Failures and When?, ICML 2025",
    ),
)
