"""A licence is called by its identifier, and by its terms where it has none; unknown terms never ship."""

from emotag_model.training.data import licence
from emotag_model.training.data.licence import Licence, restricted


def test_it_is_called_by_its_identifier():
    assert str(licence.CC_BY_SA) == "CC-BY-SA-4.0"
    assert str(Licence("GPL-3.0-only", may_ship=False, terms="a script")) == "GPL-3.0-only"


def test_terms_stand_in_for_it():
    assert str(restricted("research only")) == "research only"
    assert not restricted("research only").may_ship


def test_what_is_not_commercial_does_not_ship():
    known = [each for each in vars(licence).values() if isinstance(each, Licence)]
    assert len(known) > 5
    assert all(each.may_ship != ("NC" in each.spdx) for each in known)
