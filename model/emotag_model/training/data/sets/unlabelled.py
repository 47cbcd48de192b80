"""Texts without labels: the sources of the corpus of short texts."""

from __future__ import annotations

from emotag_model.training.data.data_set import DataSet
from emotag_model.training.data.licence import CC_BY, CC_BY_NC, CC_BY_SA, MIT, Licence, restricted
from emotag_model.training.data.readers import unlabelled
from emotag_model.training.data.split import Split

_TWITTER = restricted("Twitter's terms")
_UNCLEAR = restricted("unclear")
_TWEETEVAL = ("TweetEval, {}", "https://github.com/cardiffnlp/tweeteval", "Barbieri et al. 2020, TweetEval")
_DEEPMOJI = (
    "DeepMoji's benchmark, {}",
    "https://github.com/bfelbo/DeepMoji",
    "Felbo et al. 2017, DeepMoji, EMNLP 2017",
)


def _source(source: str, rows: int, licence: Licence, title: str, home: str, paper: str) -> DataSet:
    return DataSet(
        name=f"unlabelled:{source}",
        title=title.format(source.partition("_")[2]),
        splits=(Split.train(rows, "short_text_en"),),
        reader=unlabelled,
        licence=licence,
        home=home,
        paper=paper,
        file="unlabelled/{split}.jsonl.gz",
        source=source,
    )


UNLABELLED = (
    _source(
        *("sgd", 227_342, CC_BY_SA, "Schema-Guided Dialogue"),
        "https://github.com/google-research-datasets/dstc8-schema-guided-dialogue",
        "Rastogi et al. 2020, Towards Scalable Multi-domain Conversational Agents, AAAI 2020",
    ),
    _source(
        *("redial", 17_024, CC_BY, "ReDial", "https://redialdata.github.io/website"),
        "Li et al. 2018, Towards Deep Conversational Recommendations, NeurIPS 2018",
    ),
    _source(
        *("ccpe", 8_264, CC_BY_SA, "CCPE-M", "https://github.com/google-research-datasets/ccpe"),
        "Radlinski et al. 2019, Coached Conversational Preference Elicitation, SIGDIAL 2019",
    ),
    _source(
        *("marble_agent_to_agent", 13_915, MIT, "MARBLE, agent to agent"),
        "https://github.com/ulab-uiuc/MARBLE",
        "Zhu et al. 2025, MultiAgentBench, ACL 2025",
    ),
    _source(
        *("tau_bench_fewshot", 1_193, MIT, "tau-bench, few-shot examples"),
        "https://github.com/sierra-research/tau-bench",
        "Yao et al. 2024, tau-bench, arXiv 2406.12045",
    ),
    _source(
        *("tau_bench_gpt4o_airline", 2_462, MIT, "tau-bench, GPT-4o as an airline's agent"),
        "https://github.com/sierra-research/tau-bench",
        "Yao et al. 2024, tau-bench, arXiv 2406.12045",
    ),
    _source(
        *("esconv_failed", 4_118, CC_BY_NC, "ESConv, failed conversations"),
        "https://github.com/thu-coai/Emotional-Support-Conversation",
        "Liu et al. 2021, Towards Emotional Support Dialog Systems, ACL 2021",
    ),
    _source("tweeteval_emoji", 99_241, _TWITTER, *_TWEETEVAL),
    _source("tweeteval_sentiment", 14_268, _TWITTER, *_TWEETEVAL),
    _source("tweeteval_offensive", 14_002, _TWITTER, *_TWEETEVAL),
    _source("tweeteval_hate", 12_695, _TWITTER, *_TWEETEVAL),
    _source("tweeteval_irony", 4_583, _TWITTER, *_TWEETEVAL),
    _source("tweeteval_stance", 4_147, _TWITTER, *_TWEETEVAL),
    _source("deepmoji_kaggle-insults", 5_587, _UNCLEAR, *_DEEPMOJI),
    _source("deepmoji_SCv2-GEN", 2_363, _UNCLEAR, *_DEEPMOJI),
    _source("deepmoji_SS-Twitter", 2_113, _UNCLEAR, *_DEEPMOJI),
    _source("deepmoji_SS-Youtube", 1_987, _UNCLEAR, *_DEEPMOJI),
    _source("deepmoji_SCv1", 1_583, _UNCLEAR, *_DEEPMOJI),
)
