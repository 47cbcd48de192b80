"""Names of certificates, as gRPC was seen to spell the same ones."""

from __future__ import annotations

import pytest

from emotag_service.access.subject import subject_of


def _of(*attributes: tuple[str, str]) -> dict[str, object]:
    return {"subject": tuple(((name, value),) for name, value in attributes)}


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (None, ""),
        ({}, ""),
        (_of(("organizationName", "agents"), ("commonName", "planner")), "CN=planner,O=agents"),
        (
            _of(("countryName", "US"), ("stateOrProvinceName", "CA"), ("localityName", "SF"), ("organizationName", "E, Inc.")),
            "O=E\\, Inc.,L=SF,ST=CA,C=US",
        ),
        (
            _of(
                ("domainComponent", "v"), ("emailAddress", "v"), ("givenName", "v"), ("organizationalUnitName", "v"),
                ("serialNumber", "v"), ("streetAddress", "v"), ("surname", "v"), ("title", "v"), ("userId", "v"),
            ),
            "UID=v,title=v,SN=v,street=v,serialNumber=v,OU=v,GN=v,emailAddress=v,DC=v",
        ),
        ({"subject": ((("organizationalUnitName", "y"), ("organizationName", "#x")),)}, "O=\\#x+OU=y"),
        (_of(("commonName", ' #a,b+c"d\\e<f>g;h=i')), 'CN=\\ #a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h=i'),
        (_of(("commonName", "a # ")), "CN=a #\\ "),
        (_of(("commonName", " ")), "CN=\\ "),
        (_of(("commonName", "\t\x7fé怒\n\x00")), "CN=\\09\\7F\\C3\\A9\\E6\\80\\92\\0A\\00"),
    ],
)  # fmt: skip
def test_a_subject_is_spelled_as_by_grpc(certificate: object, expected: str) -> None:
    assert subject_of(certificate) == expected


def test_a_certificate_without_a_subject_goes_by_its_other_names() -> None:
    names = (
        ("DNS", "a.example"),
        ("email", "x@example.com"),
        ("URI", "spiffe://e/p"),
        ("IP Address", "2001:DB8:0:0:0:0:0:1"),
        ("IP Address", "10.0.0.1"),
        ("DirName", ((("commonName", "dir"),),)),
    )
    expected = "a.example,x@example.com,spiffe://e/p,2001:db8::1,10.0.0.1"
    assert subject_of({"subject": (), "subjectAltName": names}) == expected
    assert subject_of({**_of(("commonName", "planner")), "subjectAltName": names}) == "CN=planner"
