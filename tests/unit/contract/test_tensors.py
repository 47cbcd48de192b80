"""Binary tensors of texts: what they hold, and how far they are read."""

from __future__ import annotations

import pytest

from emotag_model.checkpoint import Identity
from emotag_service.contract.status import CallRefusedError
from emotag_service.contract.tensors import check_shape, makers, unpacked
from emotag_service.engine.tag import Tag

LIVE, CANDIDATE = Identity("base", "3", "aa"), Identity("base", "4", "bb")


def test_a_reply_names_the_model_that_made_its_tags():
    assert makers([Tag("1", model=LIVE), Tag("2", model=LIVE)], LIVE) == ("3", "aa")
    assert makers([Tag("1", model=CANDIDATE), Tag("2", model=CANDIDATE)], LIVE) == ("4", "bb")


def test_of_two_models_the_live_one_gives_the_version_and_each_text_has_its_digest():
    assert makers([Tag("1", model=CANDIDATE), Tag("2", model=LIVE)], LIVE) == ("3", "bb,aa")
    assert makers([Tag("1"), Tag("2", model=CANDIDATE)], LIVE) == ("3", "aa,bb")


class Counted(bytes):
    """Bytes that count how often a part of them was taken."""

    taken = 0

    def __getitem__(self, key):
        Counted.taken += 1
        return super().__getitem__(key)


def test_elements_come_as_they_went():
    texts = ["joy", "", "怒り"]
    data = b"".join(len(one).to_bytes(4, "little") + one for one in map(str.encode, texts))
    assert unpacked(data, 3) == texts


def test_no_more_is_read_than_may_be_there(monkeypatch):
    monkeypatch.setattr(Counted, "taken", 0)
    with pytest.raises(CallRefusedError, match="at most 10"):
        unpacked(Counted(b"\0" * 4_000_000), 10)
    assert Counted.taken <= 2 * 11


@pytest.mark.parametrize("data", [b"\1", b"\1\0\0\0", b"\xff\xff\xff\xffjoy"])
def test_what_is_cut_off_is_refused(data):
    with pytest.raises(CallRefusedError, match="cut off"):
        unpacked(data, 3)


@pytest.mark.parametrize(("shape", "texts"), [([2], 2), ([2, 1], 2), ([], 1)])
def test_shapes_that_are_right(shape, texts):
    check_shape(shape, texts)


@pytest.mark.parametrize(("shape", "texts"), [([3], 2), ([2, 2], 2), ([], 2), ([2, 1, 1], 2)])
def test_shapes_that_are_not(shape, texts):
    with pytest.raises(CallRefusedError, match="shape"):
        check_shape(shape, texts)
