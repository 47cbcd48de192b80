"""Data sets of tweets."""

from __future__ import annotations

from emotag_model.training.data.data_set import NOTHING, DataSet, Meaning, same
from emotag_model.training.data.licence import restricted
from emotag_model.training.data.readers import labelled, partly_labelled
from emotag_model.training.data.split import Split

_NRC = restricted("NRC terms: research, no redistribution of tweets")
_COURSEWORK = "https://github.com/abishekarun/Text-Emotion-Classification"

TWEETS = (
    DataSet(
        name="dair_emotion",
        title="dair-ai emotion (CARER)",
        splits=(Split.train(16_000), Split.dev(2_000, "val"), Split.test(2_000)),
        reader=labelled,
        licence=restricted("educational and research purposes"),
        home="https://github.com/niuzaisheng/AttExplainer (data/emotion)",
        paper="Saravia et al. 2018, CARER: Contextualized Affect Representations for Emotion Recognition, EMNLP 2018",
        labels={**same("anger", "fear", "joy", "sadness", "surprise"), "love": Meaning("joy", "love")},
        note="Lower case, no punctuation; labels are the hashtags that were cut off.",
    ),
    DataSet(
        name="crowdflower_text_emotion",
        title="CrowdFlower, Emotion in Text",
        splits=(Split.train(40_000, "all"),),
        reader=labelled,
        licence=restricted('unknown ("Data for Everyone")'),
        home=f"{_COURSEWORK} (text_emotion.csv)",
        paper="CrowdFlower 2016, Sentiment Analysis: Emotion in Text",
        labels={
            **same("anger", "neutral", "sadness", "surprise"),
            "boredom": NOTHING,
            "empty": NOTHING,
            "enthusiasm": Meaning("joy", "excitement"),
            "fun": Meaning("joy", "amusement"),
            "happiness": Meaning("joy", "joy"),
            "hate": Meaning("anger", "anger"),
            "love": Meaning("joy", "love"),
            "relief": Meaning("joy", "relief"),
            "worry": Meaning("fear", "nervousness"),
        },
        note="13 noisy labels; no official split, none is held out.",
    ),
    DataSet(
        name="tec",
        title="Twitter Emotion Corpus",
        splits=(Split.train(21_051, "all"),),
        reader=labelled,
        licence=_NRC,
        home=f"{_COURSEWORK} (tweets_clean.txt)",
        paper="Mohammad 2012, #Emotional Tweets, *SEM 2012",
        labels=same("anger", "disgust", "fear", "joy", "sadness", "surprise"),
        note="Labels are the writers' hashtags; some tweets are not English; no official split, none is held out.",
    ),
    DataSet(
        name="semeval2018_ec",
        title="SemEval-2018 task 1, E-c (English)",
        splits=(Split.train(6_838), Split.dev(886), Split.test(3_259, "test_unlabelled")),
        reader=partly_labelled,
        licence=_NRC,
        home="https://github.com/mithunpaul08/twitter_psentiment_multi_label (2018-E-c-En-*.txt)",
        paper="Mohammad et al. 2018, SemEval-2018 Task 1: Affect in Tweets",
        labels={
            **same("anger", "disgust", "fear", "joy", "sadness", "surprise"),
            "anticipation": NOTHING,
            "love": Meaning("joy", "love"),
            "optimism": Meaning("joy", "optimism"),
            "pessimism": NOTHING,
            "trust": NOTHING,
        },
        note="Any number of 11 labels, none meaning no emotion; the labels of test were never found.",
    ),
    DataSet(
        name="tweeteval_emotion",
        title="TweetEval, emotion",
        splits=(Split.train(3_257), Split.dev(374, "val"), Split.test(1_421)),
        reader=labelled,
        licence=restricted("Twitter's and the task's terms"),
        home="https://github.com/cardiffnlp/tweeteval (datasets/emotion)",
        paper="Barbieri et al. 2020, TweetEval, Findings of EMNLP 2020",
        labels={**same("anger", "joy", "sadness"), "optimism": Meaning("joy", "optimism")},
        note="The same tweets as SemEval-2018's, with one of 4 labels.",
    ),
)
