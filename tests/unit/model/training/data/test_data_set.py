"""A data set knows its files and which of its splits may be trained on."""

from pathlib import Path

from emotag_model.training.data.data_set import Meaning, same
from emotag_model.training.data.registry import find


def test_a_data_set_of_texts_has_a_folder():
    assert find("meld").path(Path("data"), "dev") == Path("data/text/meld/dev.jsonl.gz")


def test_several_share_a_file():
    for name in ("unlabelled:sgd", "unlabelled:redial"):
        entry = find(name)
        assert entry.path(Path("data"), entry.splits[0].name) == Path("data/unlabelled/short_text_en.jsonl.gz")
        assert name == f"unlabelled:{entry.source}"


def test_streams_lie_beside_each_other():
    assert find("streams:tau_bench_fewshot").path(Path("d"), "tau_bench_fewshot") == Path(
        "d/streams/tau_bench_fewshot.jsonl.gz"
    )


def test_held_out_splits_are_not_for_training():
    assert [split.name for split in find("meld").train_splits()] == ["train"]
    assert [split.name for split in find("xed_en").train_splits()] == ["all"]
    assert find("emowoz2_system_conduct").train_splits() == []


def test_labels_of_the_same_name_mean_the_same():
    assert same("joy", "fear") == {"joy": Meaning("joy", "joy"), "fear": Meaning("fear", "fear")}
