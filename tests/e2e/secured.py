"""An Apache Kafka with TLS, logins and ACLs, and clients that are allowed everything but one thing each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trustme
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from tests.brokers.admin import SECONDS, admin, make_topic
from tests.brokers.apache import Apache
from tests.brokers.ports import stable_port

INPUT, OUTPUT, DEAD, GROUP = "in", "out", "in.dead-letters", "taggers"
PASSWORDS = {
    name: f"{name}-secret-0f3a"
    for name in ("alice", "bob", "unread", "peeker", "unwritten", "describer", "unburied", "ungrouped", "untransacted")
}
SCRAM_USER = "alice"
CERTIFICATE_USER = "tagger"

_READ = (ResourceType.TOPIC, INPUT, AclOperation.READ)
_SEE = (ResourceType.TOPIC, INPUT, AclOperation.DESCRIBE)
_WRITE = (ResourceType.TOPIC, OUTPUT, AclOperation.WRITE)
_SHOW = (ResourceType.TOPIC, OUTPUT, AclOperation.DESCRIBE)
_BURY = (ResourceType.TOPIC, DEAD, AclOperation.WRITE)
_JOIN = (ResourceType.GROUP, GROUP, AclOperation.READ)
_COMMIT = (ResourceType.TRANSACTIONAL_ID, f"{GROUP}:", AclOperation.WRITE)
_ALL = {_READ, _WRITE, _BURY, _JOIN, _COMMIT}

ALLOWED = {
    "alice": _ALL,
    "bob": _ALL,
    CERTIFICATE_USER: _ALL,
    "unread": _ALL - {_READ},
    "peeker": _ALL - {_READ} | {_SEE},
    "unwritten": _ALL - {_WRITE},
    "describer": _ALL - {_WRITE} | {_SHOW},
    "unburied": _ALL - {_BURY},
    "ungrouped": _ALL - {_JOIN},
    "untransacted": _ALL - {_COMMIT},
}


@dataclass(frozen=True)
class Secured:
    """A cluster with a port for each kind of connection.

    Attributes:
        plaintext: Where whoever comes is allowed everything: for the test, not for the tagger.
        sasl: TLS and a login.
        mutual: TLS both ways.
        folder: Holds ca.pem, foreign.pem, client.pem and client.key.
    """

    plaintext: str
    sasl: str
    mutual: str
    folder: Path

    def file(self, name: str) -> str:
        return str(self.folder / name)


_PROPERTIES = """\
listeners=PLAINTEXT://127.0.0.1:{{port}},SASL_SSL://127.0.0.1:{sasl},SSL://127.0.0.1:{mutual},CONTROLLER://127.0.0.1:{{controller}}
sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required {users};
listener.name.ssl.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=(.*?),.*$/$1/
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


def start_secured(make_apache: Callable[..., Apache], folder: Path) -> Secured:
    """Start it, with topics and ACLs."""
    _certificates(folder)
    sasl, mutual = stable_port(), stable_port()
    users = " ".join(f'user_{name}="{password}"' for name, password in PASSWORDS.items() if name != SCRAM_USER)
    login = f"[name={SCRAM_USER},password={PASSWORDS[SCRAM_USER]}]"
    node = make_apache(
        extra=_PROPERTIES.format(sasl=sasl, mutual=mutual, users=users, folder=folder),
        format_args=f"--add-scram SCRAM-SHA-256={login} --add-scram SCRAM-SHA-512={login}",
    )
    for topic in (INPUT, OUTPUT, DEAD):
        assert make_topic(node.bootstrap, topic, partitions=2)
    _allow(node.bootstrap)
    return Secured(node.bootstrap, f"127.0.0.1:{sasl}", f"127.0.0.1:{mutual}", folder)


def _certificates(folder: Path) -> None:
    authority, foreign = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    foreign.cert_pem.write_to_path(folder / "foreign.pem")
    server = authority.issue_cert("127.0.0.1")
    (folder / "server.pem").write_bytes(_pkcs8(server) + server.cert_chain_pems[0].bytes())
    for name, signer in (("client", authority), ("stranger", foreign)):
        issued = signer.issue_cert("tagger.example", common_name=CERTIFICATE_USER)
        issued.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
        issued.private_key_pem.write_to_path(folder / f"{name}.key")


def _pkcs8(issued: trustme.LeafCert) -> bytes:
    """Kafka reads no other private keys."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - comes with trustme, which is optional here

    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _allow(bootstrap: str) -> None:
    bindings = [
        AclBinding(kind, name, _pattern(kind), f"User:{user}", "*", operation, AclPermissionType.ALLOW)
        for user, allowed in ALLOWED.items()
        for kind, name, operation in allowed
    ]
    client = admin(bootstrap)
    for future in client.create_acls(bindings).values():
        future.result(timeout=SECONDS)


def _pattern(kind: ResourceType) -> ResourcePatternType:
    return ResourcePatternType.PREFIXED if kind is ResourceType.TRANSACTIONAL_ID else ResourcePatternType.LITERAL
