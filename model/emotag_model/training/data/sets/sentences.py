"""Data sets of sentences and comments that stand alone."""

from __future__ import annotations

from emotag_model.labels.catalogue import EKMAN, FINE_LABELS, GROUPS
from emotag_model.training.data.data_set import NOTHING, DataSet, Meaning, same
from emotag_model.training.data.licence import APACHE, CC_BY, CC_BY_SA, restricted
from emotag_model.training.data.readers import dimensional, labelled
from emotag_model.training.data.split import Split

SENTENCES = (
    DataSet(
        name="goemotions",
        title="GoEmotions",
        splits=(Split.train(43_410), Split.dev(5_426), Split.test(5_427)),
        reader=labelled,
        licence=APACHE,
        home="https://github.com/monologg/GoEmotions-pytorch (data/original)",
        paper="Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020",
        labels={fine: Meaning(coarse, fine) for coarse, members in GROUPS[EKMAN].items() for fine in members},
        note=f"Reddit comments; several of {len(FINE_LABELS)} labels each; names are masked as [NAME].",
    ),
    DataSet(
        name="xed_en",
        title="XED (English)",
        splits=(Split.train(27_195, "all"),),
        reader=labelled,
        licence=CC_BY,
        home="https://github.com/Helsinki-NLP/XED (AnnotatedData/en-annotated.tsv, neu_en.txt)",
        paper="Öhman et al. 2020, XED: A Multilingual Dataset for Sentiment Analysis and Emotion Detection,"
        " COLING 2020",
        labels={
            **same("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
            "anticipation": NOTHING,
            "trust": NOTHING,
        },
        note="Film subtitles, Plutchik's 8 and neutral, several each; no official split, none is held out.",
    ),
    DataSet(
        name="emobank",
        title="EmoBank",
        splits=(Split.train(8_062), Split.dev(1_000), Split.test(1_000)),
        reader=dimensional,
        licence=CC_BY_SA,
        home="https://github.com/JULIELab/EmoBank (corpus/emobank.csv)",
        paper="Buechel and Hahn 2017, EmoBank, EACL 2017",
        note="No labels: valence, arousal and dominance from 1 to 5.",
    ),
    DataSet(
        name="isear_deepmoji_split",
        title="ISEAR, as DeepMoji splits it",
        splits=(Split.train(900), Split.dev(100, "val"), Split.test(6_480)),
        reader=labelled,
        licence=restricted("non-commercial research (as ISEAR)"),
        home="https://github.com/bfelbo/DeepMoji (data/PsychExp)",
        paper="Felbo et al. 2017, DeepMoji, EMNLP 2017; Scherer and Wallbott 1994",
        labels={
            **same("anger", "disgust", "fear", "joy", "sadness"),
            "guilt": Meaning("sadness", "remorse"),
            "shame": Meaning("sadness", "embarrassment"),
        },
        note="People's own accounts of when they felt so.",
    ),
)
