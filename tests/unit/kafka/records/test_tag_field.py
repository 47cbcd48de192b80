import pytest

from emotag_service.kafka.records.json_codec import TagField, is_tag
from emotag_service.kafka.records.json_document import parse
from emotag_service.kafka.records.paths import parse_path
from emotag_service.messages.tag import tag_json
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import JOY, make_record

TAG = tag_json(JOY)


def tagged(value, field="emotion"):
    _, place = TagField(parse_path("--tag-field", field)).look(parse(value.encode()))
    return place.write(make_record(value.encode()), JOY)[0].decode()


def fault_of(value, field):
    with pytest.raises(UntaggableError) as caught:
        tagged(value, field)
    return caught.value.fault


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"emotion":TAG}'),
        ("{ }", '{"emotion":TAG }'),
        ('{"a":1}', '{"a":1,"emotion":TAG}'),
        ('{\n  "a": 1\n}\n', '{\n  "a": 1,"emotion":TAG\n}\n'),
        ('{"a":{} }', '{"a":{},"emotion":TAG }'),
        ('{"emotion":null,"a":1}', '{"emotion":TAG,"a":1}'),
        ('{"emotion" : "" , "a":1}', '{"emotion" : TAG , "a":1}'),
        ('{"emotion":{ } }', '{"emotion":TAG }'),
        ('{"emotion":{"category":"fear","x":1},"a":1}', '{"emotion":TAG,"a":1}'),
        ('{"emotion":"first","emotion":null}', '{"emotion":"first","emotion":TAG}'),
    ],
)
def test_the_tag_goes_behind_the_last_member_or_where_an_earlier_one_is(before, after):
    assert tagged(before) == after.replace("TAG", TAG)


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("meta.emotion", '{"meta":{"a":1 }}', '{"meta":{"a":1,"emotion":TAG }}'),
        ("/meta/emotion", '{"meta":{}, "b":2}', '{"meta":{"emotion":TAG}, "b":2}'),
        ("/a.b/c~1d", '{"a.b":{}}', '{"a.b":{"c/d":TAG}}'),
        ("turns.1.emotion", '{"turns":[{},{"x":[1]}]}', '{"turns":[{},{"x":[1],"emotion":TAG}]}'),
        ("tags.0", '{"tags":[null,1]}', '{"tags":[TAG,1]}'),
        ("0.emotion", "[{}]", '[{"emotion":TAG}]'),
        ('say "é"', "{}", '{"say \\"\\u00e9\\"":TAG}'),
    ],
)
def test_it_goes_by_path(field, before, after):
    assert tagged(before, field) == after.replace("TAG", TAG)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("meta.emotion", "{}"),
        ("meta.emotion", '{"meta":null}'),
        ("meta.emotion", '{"meta":"text"}'),
        ("meta.emotion", '{"meta":[]}'),
        ("a.b.emotion", '{"a":{}}'),
        ("emotion", "[]"),
        ("emotion", '"text"'),
        ("tags.1", '{"tags":[null]}'),
    ],
)
def test_only_the_last_step_may_be_missing(field, value):
    fault = fault_of(value, field)
    assert fault.reason == "TAG_PLACE"
    assert f"--tag-field {field}" in fault.detail


@pytest.mark.parametrize("taken", ['"happy"', "0", "false", "[]", '{"valence":0.3}', '[{"category":"joy"}]'])
def test_what_is_no_tag_is_never_destroyed(taken):
    fault = fault_of(f'{{"emotion":{taken}}}', "emotion")
    assert fault.reason == "TAG_TAKEN"
    assert "--tag-field emotion" in fault.detail
    assert "happy" not in fault.detail


def test_a_tag_is_known_by_its_category():
    field = TagField(parse_path("--tag-field", "meta.emotion"))
    assert field.look(parse(b'{"meta":{"emotion":%s}}' % TAG.encode()))[0]
    assert not field.look(parse(b'{"meta":{"emotion":null}}'))[0]
    assert not field.look(parse(b'{"emotion":%s,"meta":{}}' % TAG.encode()))[0]
    assert is_tag(JOY.document())
    assert not is_tag("category")


def test_at_the_end_it_goes_only_where_it_is_a_new_member_of_the_root():
    field = TagField(parse_path("--tag-field", "emotion"))
    place = field.look_at_end({"text": "a"})
    assert place is not None
    assert place.write(make_record(b'{"text":"a"}'), JOY)[0] == b'{"text":"a","emotion":%s}' % TAG.encode()
    assert field.look_at_end({"text": "b"}) is place
    assert field.look_at_end({"emotion": None}) is None
    assert TagField(parse_path("--tag-field", "meta.emotion")).look_at_end({"text": "a"}) is None
