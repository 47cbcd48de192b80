"""Whose a client's certificate is, spelled as gRPC does, so that both fronts have one account of it."""

from __future__ import annotations

import ipaddress
from typing import Any

# What BoringSSL has short names for; others go by the long ones, which are the same there. Of those that it knows by
# their numbers alone (organizationIdentifier, jurisdictions) gRPC has the value in hexadecimal, with its type, which
# Python does not tell: there the two spellings differ.
_SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "givenName": "GN",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "street",
    "surname": "SN",
    "userId": "UID",
}
_ALTERNATIVES = ("DNS", "email", "URI", "IP Address")


def subject_of(certificate: Any) -> str:
    """The subject of a certificate, as RFC 2253 writes one; its alternative names where it has none.

    Args:
        certificate: As `getpeercert` has it; where there is none the subject is empty.
    """
    given = certificate or {}
    named = [
        "+".join(f"{_SHORT.get(name, name)}={_escaped(value)}" for name, value in reversed(together))
        for together in reversed(given.get("subject", ()))
    ]
    return ",".join(named or [_alternative(*one) for one in given.get("subjectAltName", ()) if one[0] in _ALTERNATIVES])


def _alternative(kind: str, value: str) -> str:
    return str(ipaddress.ip_address(value)) if kind == "IP Address" else value


def _escaped(value: str) -> str:
    return "".join(_char(char, at == 0, at == len(value) - 1) for at, char in enumerate(value))


def _char(char: str, first: bool, last: bool) -> str:
    if char in ',+"\\<>;' or (first and char in " #") or (last and char == " "):
        return f"\\{char}"
    if " " <= char <= "~":
        return char
    return "".join(f"\\{byte:02X}" for byte in char.encode())
