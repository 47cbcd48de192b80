import pytest

from emotag_service.kafka.records.codec import Codec
from emotag_service.kafka.records.codecs import NAMES, make_codec
from tests.unit.kafka.records.helpers import reason_of

PARTS = b"[%s1]" % (b"1," * 320_000)
EVENT = (("ce_specversion", b"1.0"), ("content-type", b"application/json"))
STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def test_the_names_that_the_command_line_takes():
    assert NAMES == ("auto", "json", "a2a", "cloudevents", "text", "headers-only", "protobuf")


@pytest.mark.parametrize("name", NAMES)
def test_every_codec_knows_its_name(name):
    codec: Codec = make_codec(name)
    assert codec.name == name


def test_auto_is_the_default():
    assert make_codec().name == "auto"


def test_an_unknown_codec_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"--codec: must be one of auto, json, .*protobuf, not 'avro'"):
        make_codec("avro")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("option", "spelled"), [("text_field", "a..b"), ("tag_field", ""), ("id_field", "/~"), ("sender_field", ".")]
)
def test_a_field_that_is_no_path_is_refused_whatever_the_codec(name, option, spelled):
    with pytest.raises(ValueError, match=option.replace("_", "[-_]")):
        make_codec(name, **{option: spelled})


@pytest.mark.parametrize("name", ["auto", "json"])
def test_fields_in_each_others_way_are_refused(name):
    with pytest.raises(ValueError, match="--tag-field"):
        make_codec(name, text_field="emotion")


def test_where_no_field_is_written_none_is_in_the_way():
    assert make_codec("headers-only", text_field="emotion").name == "headers-only"


@pytest.mark.parametrize(
    ("name", "value", "headers"),
    [
        ("json", b'{"text":"hi","a":%s}' % PARTS, ()),
        ("auto", b'{"text":"hi","a":%s}' % PARTS, ()),
        ("auto", PARTS, ()),
        ("headers-only", b'{"text":"hi","a":%s}' % PARTS, ()),
        ("a2a", b'{"role":"user","parts":[{"text":"hi"}],"metadata":{"a":%s}}' % PARTS, ()),
        ("cloudevents", b'{"text":"hi","a":%s}' % PARTS, EVENT),
        ("cloudevents", b'{"specversion":"1.0","data":{"text":"hi","a":%s}}' % PARTS, STRUCTURED),
    ],
)
def test_no_codec_parses_json_of_more_parts_than_the_parser_is_given(name, value, headers):
    assert reason_of(make_codec(name), value, *headers) == "JSON_TOO_LARGE"
