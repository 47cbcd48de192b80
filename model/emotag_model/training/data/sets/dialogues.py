"""Data sets of people talking with each other."""

from __future__ import annotations

from emotag_model.training.data.data_set import NOTHING, DataSet, Meaning, same
from emotag_model.training.data.licence import CC_BY_NC_SA, CDLA_SHARING, Licence, restricted
from emotag_model.training.data.readers import labelled
from emotag_model.training.data.split import Split

_GPL = Licence("GPL-3.0-only", may_ship=False, terms="the text is a television series' script")

DIALOGUES = (
    DataSet(
        name="topicalchat",
        title="Topical-Chat",
        # the makers' own train split is not among the files; of what is, the two test splits are held out
        splits=(
            Split.train(11_681, "valid_freq"),
            Split.train(11_692, "valid_rare"),
            Split.test(11_760, "test_freq"),
            Split.test(11_770, "test_rare"),
        ),
        reader=labelled,
        licence=CDLA_SHARING,
        home="https://github.com/alexa/Topical-Chat (conversations)",
        paper="Gopalakrishnan et al. 2019, Topical-Chat, Interspeech 2019",
        labels={
            "Angry": Meaning("anger", "anger"),
            "Curious to dive deeper": Meaning("surprise", "curiosity"),
            "Disgusted": Meaning("disgust", "disgust"),
            "Fearful": Meaning("fear", "fear"),
            "Happy": Meaning("joy", "joy"),
            "Neutral": Meaning("neutral", "neutral"),
            "Sad": Meaning("sadness", "sadness"),
            "Surprised": Meaning("surprise", "surprise"),
        },
        note="Chat partners' own sentiment, turn by turn; the valid splits are trained on, the test splits held out.",
    ),
    DataSet(
        name="meld",
        title="MELD",
        splits=(Split.train(9_989), Split.dev(1_109), Split.test(2_610)),
        reader=labelled,
        licence=_GPL,
        home="https://github.com/declare-lab/MELD (data/MELD)",
        paper="Poria et al. 2019, MELD, ACL 2019",
        labels=same("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
        note="Utterances of Friends; short ones recur in every split.",
    ),
    DataSet(
        name="dailydialog",
        title="DailyDialog",
        splits=(Split.train(87_170), Split.dev(8_069, "validation"), Split.test(7_740)),
        reader=labelled,
        licence=CC_BY_NC_SA,
        home="https://github.com/ConvLab/ConvLab-3 (data/unified_datasets/dailydialog)",
        paper="Li et al. 2017, DailyDialog, IJCNLP 2017",
        labels={
            **same("anger", "disgust", "fear", "sadness", "surprise"),
            "happiness": Meaning("joy", "joy"),
            "no emotion": Meaning("neutral", "neutral"),
        },
        note="83 % no emotion; more than a quarter of what is held out stands in train as well.",
    ),
    DataSet(
        name="emocontext",
        title="SemEval-2019 task 3, EmoContext",
        splits=(Split.train(30_160), Split.dev(2_755), Split.test(5_509)),
        reader=labelled,
        licence=restricted("unknown (shared task, academic use)"),
        home="https://github.com/zhaopku/ds3-emoContext (data/emo)",
        paper="Chatterjee et al. 2019, SemEval-2019 Task 3: EmoContext",
        labels={
            "angry": Meaning("anger", "anger"),
            "happy": Meaning("joy", "joy"),
            "others": NOTHING,
            "sad": Meaning("sadness", "sadness"),
        },
        note="The label is of the third turn, given two; others is whatever is none of the three, not neutral.",
    ),
)
