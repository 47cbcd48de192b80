"""Seeds share the teachers of the first, and their spread is that of the figures."""

import sys

from tests.benchmarks import seeds
from tests.unit.model.training.datafolder import TINY_TOML, write_data

FIELDS = "carried_words = 5"


def test_seeds_are_trained_measured_and_compared(tmp_path, monkeypatch, capsys):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(FIELDS + TINY_TOML)
    out = tmp_path / "out"
    data = str(write_data(tmp_path / "data"))
    monkeypatch.setattr(sys, "argv", ["seeds", "--data", data, "--out", str(out), "--recipe", str(recipe)])
    assert seeds.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines] == ["| seed", "| ---", "| 1", "| 2", "| 3", "| mean ± sd"]
    scores = [(out / f"seed-{seed}/run/teachers/1-cnn-bisru/answers.safetensors").read_bytes() for seed in (1, 2, 3)]
    assert scores[0] == scores[1] == scores[2]
    digests = {(out / f"seed-{seed}/SHA256SUMS").read_text() for seed in (1, 2, 3)}
    assert len(digests) == 3
    assert seeds.main() == 0  # all have ended: they are only measured
    assert capsys.readouterr().out.splitlines() == lines


def test_the_last_line_is_mean_and_deviation():
    text = seeds.table({"1": {"F1": 0.5}, "2": {"F1": 0.7}})
    assert text.splitlines()[-1] == "| mean ± sd | 0.6000 ± 0.1414 |"
    assert "mean" not in seeds.table({"1": {"F1": 0.5}})
