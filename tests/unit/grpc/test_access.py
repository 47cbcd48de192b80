"""Whose account a call is on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from emotag_service.grpc.access import _address, _subject


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("ipv4:127.0.0.1:33580", "127.0.0.1"),
        ("ipv6:%5B::1%5D:5", "::/64"),
        ("ipv6:[2001:db8:1:2:3:4:5:6]:5", "2001:db8:1:2::/64"),
        ("ipv6:[fe80::1%25eth0]:5", "fe80::/64"),
        ("ipv6:[::ffff:10.1.2.3]:5", "10.1.2.3"),
        ("unix:/run/emotag.sock", "unix"),
        ("unix:", "unix"),
    ],
)
def test_the_port_is_no_part_of_a_caller(peer: str, expected: str) -> None:
    assert _address(peer) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"x509_subject": [b"CN=planner,O=agents"], "x509_subject_alternative_name": [b"a.example"]}, "CN=planner,O=agents"),
        ({"x509_subject": [b""], "x509_subject_alternative_name": [b"spiffe://e/p", b"other types of SAN"]}, "spiffe://e/p"),
        ({"x509_subject": [b""], "x509_subject_alternative_name": [b"other types of SAN"]}, ""),
        ({"x509_subject": [b""], "x509_subject_alternative_name": None}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_certificate_without_a_subject_goes_by_its_other_names(
    properties: dict[str, list[bytes] | None], expected: str
) -> None:
    assert _subject(SimpleNamespace(auth_context=lambda: properties)) == expected
