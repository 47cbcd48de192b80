"""What is saved is what is loaded; a damaged or foreign folder is refused with the file's name."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from emotag_model.checkpoint import Checkpoint, CheckpointError, DamagedCheckpointError, ForeignCheckpointError
from emotag_model.checkpoint.digest import FILES, SUMS, seal
from emotag_model.text import Tokenizer, Vocabulary

IDS, LENGTHS = torch.tensor([[2, 4, 5], [3, 0, 0]]), torch.tensor([3, 1])


def rewrite(folder, name, change):
    """Change a JSON file of the checkpoint and seal it again, as a foreign writer would."""
    content = json.loads((folder / name).read_text())
    change(content)
    (folder / name).write_text(json.dumps(content))
    seal(folder)


def reweigh(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    seal(folder)


def test_a_saved_checkpoint_computes_as_before(checkpoint, folder):
    loaded = Checkpoint.load(folder)
    torch.testing.assert_close(loaded.network()(IDS, LENGTHS), checkpoint.network()(IDS, LENGTHS), atol=2e-3, rtol=0)
    assert loaded.config == checkpoint.config
    assert loaded.labels == checkpoint.labels
    assert loaded.card == checkpoint.card
    assert loaded.tokenizer.encode("so happy!") == checkpoint.tokenizer.encode("so happy!")


def test_saving_what_was_loaded_changes_nothing(folder, tmp_path):
    loaded = Checkpoint.load(folder)
    again = loaded.save(tmp_path / "again")
    assert again.identity == loaded.identity
    assert torch.equal(again.network()(IDS, LENGTHS), loaded.network()(IDS, LENGTHS))


def test_the_network_is_ready_for_inference(folder):
    network = Checkpoint.load(folder).network()
    assert not network.training
    assert all(weight.dtype == torch.float32 for weight in network.parameters())
    assert not any(weight.requires_grad for weight in network.parameters())
    assert not any(weight.is_meta for weight in [*network.parameters(), *network.buffers()])


def test_loading_leaves_the_random_numbers_alone(folder):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Checkpoint.load(folder).network()
    assert torch.equal(torch.rand(3), expected)


def test_loading_does_not_import_the_compiler(folder):
    code = f"import sys, pathlib; from emotag_model.checkpoint import Checkpoint; Checkpoint.load(pathlib.Path({str(folder)!r})).network()"
    code += "; sys.exit('torch._dynamo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_networks_of_one_checkpoint_do_not_share_their_embedding(folder):
    loaded = Checkpoint.load(folder)
    first, second = loaded.network(), loaded.network()
    first.embedding.weight.fill_(0)
    assert second.embedding.weight.abs().sum() > 0


def test_words_are_stored_in_half_precision(folder):
    weights = load_file(folder / "model.safetensors")
    assert weights.pop("embedding.weight").dtype == torch.float16
    assert {each.dtype for each in weights.values()} == {torch.float32}


def test_the_identity_names_the_very_files(checkpoint, folder, tmp_path):
    identity = Checkpoint.load(folder).identity
    assert (identity.name, identity.version) == ("tiny", "0.1.0")
    assert len(identity.digest) == 64
    other = replace(checkpoint, card="# other\n").save(tmp_path / "other")
    assert other.identity.digest != identity.digest
    assert checkpoint.save(tmp_path / "same").identity == identity


def test_the_seal_is_what_sha256sum_checks(folder):
    done = subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match=rf"{name}: has changed .*; restore"):
        Checkpoint.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_noticed(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(DamagedCheckpointError, match=name):
        Checkpoint.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_noticed(folder, name):
    (folder / name).unlink()
    with pytest.raises(DamagedCheckpointError, match=rf"{name}: cannot be read"):
        Checkpoint.load(folder)


def test_other_folders_are_no_checkpoints(tmp_path, folder):
    with pytest.raises(ForeignCheckpointError, match="no such folder"):
        Checkpoint.load(tmp_path / "nowhere")
    with pytest.raises(ForeignCheckpointError, match="not an emotag checkpoint, it has no SHA256SUMS"):
        Checkpoint.load(tmp_path)
    with pytest.raises(ForeignCheckpointError, match="no such folder"):
        Checkpoint.load(folder / "config.json")


@pytest.mark.parametrize("sums", [b"", b"\xff\xfe", b"abc\n", b"0  config.json\n"])
def test_a_seal_that_does_not_list_the_files(folder, sums):
    (folder / SUMS).write_bytes(sums)
    with pytest.raises(ForeignCheckpointError, match=r"must list config\.json"):
        Checkpoint.load(folder)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "pytorch", "format is 'pytorch'"),
        ("format", None, "format is None"),
        ("format_version", 2, "format_version is 2, this emotag reads 1"),
        ("network", {}, "missing network fields"),
        ("network", None, "not as emotag writes it"),
        ("name", 3, "name and version must be texts"),
    ],
)
def test_a_foreign_config(folder, field, value, message):
    rewrite(folder, "config.json", lambda content: content.update({field: value}))
    with pytest.raises(ForeignCheckpointError, match=message):
        Checkpoint.load(folder)


@pytest.mark.parametrize("content", ["[]", "{", "3"])
def test_a_config_that_is_no_object(folder, content):
    (folder / "config.json").write_text(content)
    seal(folder)
    with pytest.raises(ForeignCheckpointError, match="not as emotag writes it"):
        Checkpoint.load(folder)


def test_a_network_of_another_size_than_the_weights(folder):
    rewrite(folder, "config.json", lambda content: content["network"].update(sru_size=8))
    with pytest.raises(ForeignCheckpointError, match="does not fit the weights"):
        Checkpoint.load(folder)


def test_words_or_outputs_of_another_checkpoint(folder):
    Tokenizer(Vocabulary(["one"])).save(folder / "tokenizer.json")
    seal(folder)
    with pytest.raises(ForeignCheckpointError, match="3 words and 35 outputs, but the network"):
        Checkpoint.load(folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "labels.json"])
def test_a_foreign_part(folder, name):
    rewrite(folder, name, lambda content: content.update(format="other"))
    with pytest.raises(ForeignCheckpointError, match=rf"{name}: format is 'other'"):
        Checkpoint.load(folder)


@pytest.mark.parametrize(
    "change", [lambda weights: weights.pop("classifier.bias"), lambda weights: weights.update(x=torch.ones(1))]
)
def test_missing_and_unknown_weights(folder, change):
    reweigh(folder, change)
    with pytest.raises(ForeignCheckpointError, match=r"does not fit the weights (classifier\.bias|x)"):
        Checkpoint.load(folder)


def test_weights_that_are_not_finite(folder):
    reweigh(folder, lambda weights: weights["classifier.bias"].fill_(float("nan")))
    with pytest.raises(ForeignCheckpointError, match=r"classifier\.bias holds numbers that are not finite"):
        Checkpoint.load(folder)


def test_a_pickle_is_never_opened(folder, tmp_path):
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self):
            return (open, (str(trap), "w"))

    (folder / "model.safetensors").write_bytes(pickle.dumps(Trap()))
    seal(folder)
    with pytest.raises(ForeignCheckpointError, match="not as emotag writes it"):
        Checkpoint.load(folder)
    assert not trap.exists()


def test_every_refusal_is_a_checkpoint_error():
    assert issubclass(DamagedCheckpointError, CheckpointError)
    assert issubclass(ForeignCheckpointError, CheckpointError)


def test_parts_that_do_not_fit_are_not_saved(checkpoint, tmp_path):
    wrong = replace(checkpoint, tokenizer=Tokenizer(Vocabulary(["one"])))
    with pytest.raises(ForeignCheckpointError, match="3 words"):
        wrong.save(tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()
