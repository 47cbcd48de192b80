"""An engine over a checkpoint: the one that ships when it is there, and always a small one of random weights."""

from __future__ import annotations

import pytest
import torch

from emotag_model import reader
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.checkpoint.identity import Identity
from emotag_model.labels import Labels
from emotag_model.native.errors import LibraryMissingError
from emotag_model.native.library import OVERRIDE, load_library
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.stored import stored_weights
from emotag_model.text.tokenizer import Tokenizer
from emotag_model.text.vocabulary import Vocabulary
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import DeviceError
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.engine.plans import plan_model
from emotag_service.testing import plain_taxonomies
from emotag_service.testing.in_memory import FINE


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(5)
    tokenizer = Tokenizer(Vocabulary(["thank", "you", "so", "much", "hate", "this", "!"]))
    config = CnnBiSruConfig(vocabulary_size=len(tokenizer.vocabulary), embedding_size=8, label_count=len(FINE))
    fine, coarse = plain_taxonomies()
    return Checkpoint(
        identity=Identity("tiny", "1", "f" * 64),
        config=config,
        tokenizer=tokenizer,
        labels=Labels(outputs=FINE, taxonomies={"fine": fine, "coarse": coarse}, default="coarse"),
        weights=stored_weights(CnnBiSru(config)),
        card="",
    )


@pytest.fixture
def without_core(monkeypatch):
    def missing(checkpoint):
        raise LibraryMissingError("not built")

    monkeypatch.setattr(reader.NativeModel, "load", missing)


@pytest.fixture(params=["native", "torch"])
def computing(request):
    if request.param == "torch":
        request.getfixturevalue("without_core")


@pytest.fixture(autouse=True)
def _same_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


async def tags_of(engine, *texts, options=Options(all_scores=True, explain=True)):  # noqa: B008, frozen
    await engine.start()
    try:
        return await engine.classify([Message(text) for text in texts], options)
    finally:
        await engine.close()


async def test_a_checkpoint_answers(checkpoint):
    engine = Engine.from_checkpoint(checkpoint, devices="cpu:2")
    assert engine.model.identity == checkpoint.identity
    assert [taxonomy.name for taxonomy in engine.model.taxonomies] == ["coarse", "fine"]  # the default one first
    assert engine.limits.max_tokens == checkpoint.tokenizer.max_tokens
    first, second, third = await tags_of(engine, "thank you so much!", "hate this", "\u200b")
    assert first.label in {"pleasant", "unpleasant"}
    assert [token for token, _ in first.token_weights] == ["thank", "you", "so", "much", "!"]
    assert second.scores.shape == (2,)
    assert third.error.field == "text"


async def test_the_tag_is_what_the_network_and_the_taxonomy_say(checkpoint):
    (tag,) = await tags_of(Engine.from_checkpoint(checkpoint, devices="cpu"), "thank you")
    ids = torch.tensor([checkpoint.tokenizer.encode("thank you").ids])
    with torch.inference_mode():
        logits = checkpoint.network()(ids, torch.tensor([ids.shape[1]])).numpy()
    assert tag.scores.tolist() == pytest.approx(checkpoint.labels.taxonomy().scores(logits)[0].tolist(), abs=1e-3)


@pytest.mark.usefixtures("computing")
def test_cpu_replicas_share_one_set_of_tables(checkpoint):
    replicas = plan_model(checkpoint, "cpu:3").replicas
    assert [each.name for each in replicas] == ["cpu:0", "cpu:1", "cpu:2"]
    assert len({id(each.build()._reader) for each in replicas}) == 1


@pytest.mark.usefixtures("without_core")
def test_torch_computes_a_replica_on_one_core(checkpoint):
    (replica,) = plan_model(checkpoint, "cpu").replicas
    replica.build()
    assert torch.get_num_threads() == 1


def test_what_computes_is_named_and_torch_steps_in_where_there_is_no_core(checkpoint, monkeypatch, caplog):
    monkeypatch.setenv(OVERRIDE, "off")
    load_library.cache_clear()
    model = plan_model(checkpoint, "cpu")
    load_library.cache_clear()
    assert model.computes == "torch"
    assert [record.message.split(",")[0] for record in caplog.records] == ["computing by torch"]
    assert f"{OVERRIDE}=off" in caplog.records[0].message


@pytest.mark.usefixtures("without_core")
def test_without_a_core_and_without_torch_the_fix_is_named(checkpoint, monkeypatch):
    monkeypatch.setattr(reader, "find_spec", lambda _: None)
    with pytest.raises(DeviceError, match=r"devices: .*C\+\+ compiler.*emotag\[torch\]"):
        plan_model(checkpoint, "cpu")


async def test_the_core_and_torch_give_the_same_tags(checkpoint, request):
    texts = ("thank you so much!", "hate this", "no such words", "you " * 400)
    native = await tags_of(Engine.from_checkpoint(checkpoint, devices="cpu"), *texts)
    request.getfixturevalue("without_core")
    for one, other in zip(
        native, await tags_of(Engine.from_checkpoint(checkpoint, devices="cpu"), *texts), strict=True
    ):
        assert (one.label, one.labels, one.truncated) == (other.label, other.labels, other.truncated)
        assert one.scores.tolist() == pytest.approx(other.scores.tolist(), abs=1e-3)
        assert [token for token, _ in one.token_weights] == [token for token, _ in other.token_weights]
        shares = [[share for _, share in each.token_weights] for each in (one, other)]
        assert shares[0] == pytest.approx(shares[1], abs=1e-2)


@pytest.mark.parametrize("devices", ["gpu", "cuda:99", "cpu:0"])
def test_devices_that_are_not_there_are_refused_before_anything_is_built(checkpoint, devices):
    with pytest.raises(DeviceError, match="devices: "):
        Engine.from_checkpoint(checkpoint, devices=devices)


@pytest.mark.skipif(not default_checkpoint().is_dir(), reason="no checkpoint ships yet")
async def test_the_checkpoint_that_ships_tells_thanks_from_anger():
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    happy, angry = await tags_of(engine, "Thank you so much, this is wonderful!", "This makes me furious, I hate it.")
    assert (happy.label, angry.label) == ("joy", "anger")
    assert happy.score > 0.5
