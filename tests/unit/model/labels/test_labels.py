"""Label sets travel as labels.json and name what there is when asked for what there is not."""

import json

import numpy as np
import pytest

from emotag_model.labels import Labels, LabelsError, Taxonomy, default_labels


def test_labels_survive_a_file(tmp_path):
    labels = default_labels()
    labels.save(tmp_path / "labels.json")
    loaded = Labels.load(tmp_path / "labels.json")
    assert loaded == labels
    logits = np.random.default_rng(0).standard_normal((4, 35)).astype(np.float32)
    np.testing.assert_array_equal(loaded.taxonomy().scores(logits), labels.taxonomy().scores(logits))


def test_an_unknown_taxonomy_is_answered_with_those_there_are():
    with pytest.raises(
        LabelsError, match="taxonomy 'plutchik' is unknown; use one of basic, ekman, goemotions, sentiment"
    ):
        default_labels().taxonomy("plutchik")


def test_the_default_must_exist():
    mood = Taxonomy.plain("mood", {"good": (0,)})
    with pytest.raises(LabelsError, match="default taxonomy 'ekman' is none of mood"):
        Labels(outputs=("joy",), taxonomies={"mood": mood}, default="ekman")


def test_members_must_be_outputs():
    mood = Taxonomy.plain("mood", {"good": (1,)})
    with pytest.raises(LabelsError, match="members beyond the 1 outputs"):
        Labels(outputs=("joy",), taxonomies={"mood": mood}, default="mood")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "other", "format is 'other'"),
        ("default", "plutchik", "default taxonomy 'plutchik'"),
        ("taxonomies", None, "not emotag labels"),
        ("taxonomies", [{"name": "x"}], "not emotag labels"),
        ("outputs", 5, "not emotag labels"),
        ("outputs", ["joy"], "beyond the 1 outputs"),
    ],
)
def test_another_file_is_refused_by_name(tmp_path, field, value, message):
    path = tmp_path / "labels.json"
    default_labels().save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(LabelsError, match=message) as caught:
        Labels.load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "3", "{"])
def test_what_is_no_json_object_is_refused(tmp_path, content):
    (tmp_path / "labels.json").write_text(content)
    with pytest.raises(LabelsError, match="not emotag labels"):
        Labels.load(tmp_path / "labels.json")
