import pytest

from emotag_service.kafka.records.codec import Codec
from emotag_service.kafka.records.codecs import NAMES, make_codec


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
