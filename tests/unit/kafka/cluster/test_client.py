"""How a cluster is reached: what is wrong is said before anything connects, and the password is said nowhere."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from emotag_service.kafka.cluster.client import ClientSettings, addresses
from emotag_service.kafka.errors import SettingsError
from emotag_service.settings import ConfigError
from tests.unit.service.arguments import parsed, parser

PASSWORD = "correct horse battery"  # noqa: S105 - made up
SASL = ("--sasl-mechanism", "SCRAM-SHA-256", "--sasl-username", "alice")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


@pytest.fixture
def pair(authority: trustme.CA, tmp_path: Path) -> tuple[Path, Path]:
    issued = authority.issue_cert("me@example.org")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def _settings(*arguments: str, **environment: str) -> ClientSettings:
    args = parsed(ClientSettings, ("--bootstrap", "a:1", *arguments), environment)
    return ClientSettings.from_arguments(args, environment)


def test_plaintext() -> None:
    assert _settings().kwargs() == {
        "bootstrap_servers": ["a:1"],
        "client_id": "emotag",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost:9092", ("localhost:9092",)),
        ("a.example:1, b.example:65535", ("a.example:1", "b.example:65535")),
        ("[::1]:9092", ("[::1]:9092",)),
    ],
)
def test_addresses(text: str, expected: tuple[str, ...]) -> None:
    assert addresses(text) == expected


@pytest.mark.parametrize(
    "text", ["", "localhost", "localhost:", ":9092", "a:0", "a:65536", "a:1,", "kafka://a:1", "::1:9092", "a:1 b:2"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="must be HOST:PORT"):
        addresses(text)


def test_bootstrap_must_be_given() -> None:
    with pytest.raises(ConfigError, match=r"--bootstrap is missing; give it, or set \$EMOTAG_BOOTSTRAP"):
        ClientSettings.from_arguments(parsed(ClientSettings, ()))
    args = parsed(ClientSettings, (), {"EMOTAG_BOOTSTRAP": "b:2,c:3"})
    assert ClientSettings.from_arguments(args).bootstrap == ("b:2", "c:3")


def test_tls_trusts_the_system() -> None:
    settings = _settings("--tls")
    context = settings.kwargs()["ssl_context"]
    assert settings.security_protocol == "SSL"
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_an_authority_implies_tls_and_replaces_the_system(ca: Path) -> None:
    settings = _settings("--tls-ca", str(ca))
    assert settings.security_protocol == "SSL"
    assert len(settings.kwargs()["ssl_context"].get_ca_certs()) == 1
    assert settings.kwargs()["ssl_context"] is settings.kwargs()["ssl_context"]


def test_mutual_tls(ca: Path, pair: tuple[Path, Path]) -> None:
    cert, key = pair
    assert _settings("--tls-ca", str(ca), "--tls-cert", str(cert), "--tls-key", str(key)).security_protocol == "SSL"
    both = cert.with_name("both.pem")
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    assert _settings("--tls-cert", str(both)).security_protocol == "SSL"


def test_a_login(tmp_path: Path, ca: Path) -> None:
    expected = {"sasl_mechanism": "SCRAM-SHA-256", "sasl_plain_username": "alice", "sasl_plain_password": PASSWORD}
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    by_file = _settings(*SASL, "--sasl-password-file", str(file)).kwargs()
    by_variable = _settings(*SASL, EMOTAG_SASL_PASSWORD=PASSWORD).kwargs()
    assert by_file == by_variable
    assert expected.items() <= by_file.items()
    assert by_file["security_protocol"] == "SASL_PLAINTEXT"
    over_tls = _settings(*SASL, "--tls-ca", str(ca), EMOTAG_SASL_PASSWORD=PASSWORD)
    assert over_tls.security_protocol == "SASL_SSL"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_one_line_break_ends_a_password(tmp_path: Path, end: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(f" {PASSWORD} {end}".encode())
    settings = _settings(*SASL, "--sasl-password-file", str(file))
    assert settings.sasl_password == f" {PASSWORD} "


def test_the_password_is_shown_nowhere() -> None:
    settings = _settings(*SASL, EMOTAG_SASL_PASSWORD=PASSWORD)
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in str(settings)
    assert PASSWORD not in repr(settings.kwargs())
    assert settings.kwargs()["sasl_plain_password"].encode() == PASSWORD.encode()
    assert "--sasl-password " not in parser(ClientSettings).format_help()


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("--sasl-username", "u"), {}, "--sasl-username is given without --sasl-mechanism"),
        (("--sasl-password-file", "/dev/null"), {}, "is empty"),
        (("--sasl-mechanism", "PLAIN"), {"EMOTAG_SASL_PASSWORD": "x"}, "needs --sasl-username"),
        (SASL, {}, r"needs a password: give --sasl-password-file, or set \$EMOTAG_SASL_PASSWORD"),
        ((*SASL, "--sasl-password-file", "F"), {"EMOTAG_SASL_PASSWORD": "x"}, "both given"),
        ((*SASL, "--sasl-password-file", "/nonexistent"), {}, "--sasl-password-file: /nonexistent: No such file"),
        ((*SASL, "--sasl-password-file", "/"), {}, "--sasl-password-file: /: Is a directory"),
        (("--tls-ca", "/nonexistent"), {}, "--tls-ca: /nonexistent: No such file"),
        (("--tls-cert", "/nonexistent"), {}, "--tls-cert: /nonexistent: No such file"),
        (("--tls-key", "/nonexistent"), {}, "--tls-key is given without --tls-cert"),
        (("--tls-ca", "/dev/null"), {}, "--tls-ca: /dev/null: holds no PEM certificate"),
        (("--tls-cert", "/dev/null"), {}, "does not hold a PEM certificate and its key"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        _settings(*arguments, **environment)


def test_a_mechanism_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="--sasl-mechanism: must be one of PLAIN"):
        _settings("--sasl-mechanism", "MAGIC")


def test_a_key_that_belongs_to_another_certificate(authority: trustme.CA, pair: tuple[Path, Path]) -> None:
    cert, key = pair
    authority.issue_cert("you@example.org").private_key_pem.write_to_path(key)
    with pytest.raises(SettingsError, match="does not belong to the certificate"):
        _settings("--tls-cert", str(cert), "--tls-key", str(key))


def test_a_certificate_without_its_key(pair: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsError, match="give the key with --tls-key"):
        _settings("--tls-cert", str(pair[0]))


def test_a_file_that_is_no_key(pair: tuple[Path, Path], ca: Path) -> None:
    with pytest.raises(SettingsError, match="its PEM private key"):
        _settings("--tls-cert", str(pair[0]), "--tls-key", str(ca))


def test_a_key_with_a_passphrase_never_asks_the_terminal(pair: tuple[Path, Path]) -> None:
    cert, key = pair
    key.write_bytes(_with_passphrase(key.read_bytes()))
    with pytest.raises(SettingsError, match="has a passphrase"):
        _settings("--tls-cert", str(cert), "--tls-key", str(key))


def test_a_password_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        _settings(*SASL, "--sasl-password-file", str(file))


def _with_passphrase(key: bytes) -> bytes:
    serialization: Any = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    return serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
