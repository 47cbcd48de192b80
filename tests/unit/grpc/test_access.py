"""Whose account a call is on."""

from __future__ import annotations

import pytest

from emotag_service.grpc.access import _address


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
