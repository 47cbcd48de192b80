"""Data sets of people being served by an assistant."""

from __future__ import annotations

from emotag_model.training.data.data_set import NOTHING, DataSet, Meaning
from emotag_model.training.data.licence import CC_BY_NC, restricted
from emotag_model.training.data.readers import partly_labelled, rated
from emotag_model.training.data.split import Split

SERVICE = (
    DataSet(
        name="emowoz2_system_conduct",
        title="EmoWOZ 2.0, system conduct",
        splits=(Split.dev(14_730), Split.test(14_744)),
        reader=partly_labelled,
        licence=CC_BY_NC,
        home="https://github.com/ConvLab/ConvLab-3 (convlab/policy/vtrace_DPT, data/multiwoz)",
        paper="Feng et al. 2022, EmoWOZ, LREC 2022",
        labels={
            "apologetic": Meaning("sadness", "remorse"),
            "appreciative": Meaning("joy", "gratitude"),
            "compassionate": Meaning("joy", "caring"),
            "enthusiastic": Meaning("joy", "excitement"),
            "neutral": Meaning("neutral", "neutral"),
        },
        note="The conduct of the assistant; the user's turns carry no label. No train split.",
    ),
    DataSet(
        name="uss_satisfaction",
        title="User Satisfaction Simulation",
        splits=(
            Split.train(26_666, "sgd"),
            Split.train(22_451, "redial"),
            Split.train(12_436, "ccpe"),
            Split.test(23_108, "mwoz"),
        ),
        reader=rated,
        licence=restricted("not stated for the ratings; the dialogues' own differ"),
        home="https://github.com/sunnweiwei/user-satisfaction-simulation (dataset)",
        paper="Sun et al. 2021, Simulating User Satisfaction, SIGIR 2021",
        labels={"dissatisfied": NOTHING, "neutral": NOTHING, "satisfied": NOTHING},
        note="Ratings of 1 to 5 made labels: below 2.75 dissatisfied, above 3.25 satisfied, not emotions. The "
        "assistant's turns carry no label.",
    ),
)
