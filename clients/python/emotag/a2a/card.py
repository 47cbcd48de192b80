"""The agent's card: who it is, where it answers, and what it can do; signed where there is a key."""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from a2a.types import (
    AgentCapabilities,
    AgentCard,
    AgentExtension,
    AgentInterface,
    AgentSkill,
    HTTPAuthSecurityScheme,
    MutualTlsSecurityScheme,
    SecurityRequirement,
    SecurityScheme,
    StringList,
)
from a2a.utils.constants import PROTOCOL_VERSION_0_3, PROTOCOL_VERSION_1_0, TransportProtocol
from a2a.utils.signing import create_agent_card_signer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from emotag.a2a.extension import EXTENSION
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from pathlib import Path

    from a2a.utils.signing import ProtectedHeader
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from emotag.info import Info

SKILL = "classify-emotion"
_DESCRIPTION = (
    "Says which emotion each text part of a message expresses, with a calibrated probability. Questions, plans, code "
    "and courtesy by formula are neutral."
)


def make_card(
    info: Info, url: str, grpc_address: str | None = None, *, tokens: bool = False, certificates: bool = False
) -> AgentCard:
    """Describe an agent.

    Args:
        info: What it answers by.
        url: Where others reach its HTTP port.
        grpc_address: Where they reach its gRPC port, as host:port; None when it has none.
        tokens: They have to bring a bearer token.
        certificates: They have to prove themselves by a certificate (mutual TLS).
    """
    taxonomies = [taxonomy.name for taxonomy in info.taxonomies]
    skill = AgentSkill(
        id=SKILL,
        name="Emotion of messages",
        description=f"{_DESCRIPTION} Taxonomies: {', '.join(taxonomies)}.",
        tags=["emotion", "classification", "sentiment"],
        examples=["Thank you so much, you saved the whole launch!", "This is the third outage this week."],
        input_modes=["text/plain"],
        output_modes=["text/plain", "application/json"],
    )
    extension = AgentExtension(uri=EXTENSION, description="Tags messages with emotions.", params={})
    extension.params.update({"taxonomies": taxonomies})
    schemes = _security(tokens=tokens, certificates=certificates)
    requirement = SecurityRequirement(schemes={name: StringList() for name in schemes})
    return AgentCard(
        name="emotag",
        description=_DESCRIPTION,
        version=version("emotag"),
        supported_interfaces=_interfaces(url.rstrip("/"), grpc_address),
        capabilities=AgentCapabilities(streaming=True, extensions=[extension]),
        default_input_modes=["text/plain"],
        default_output_modes=["text/plain", "application/json"],
        skills=[skill],
        security_schemes=schemes,
        security_requirements=[requirement] if schemes else [],
    )


def _security(*, tokens: bool, certificates: bool) -> dict[str, SecurityScheme]:
    """What callers have to bring, all of it; nothing where whoever connects may call."""
    schemes = {}
    if tokens:
        bearer = HTTPAuthSecurityScheme(scheme="bearer", description="A token of who runs the agent.")
        schemes["token"] = SecurityScheme(http_auth_security_scheme=bearer)
    if certificates:
        mutual = MutualTlsSecurityScheme(description="A certificate that the agent's authority signed.")
        schemes["certificate"] = SecurityScheme(mtls_security_scheme=mutual)
    return schemes


def _interfaces(url: str, grpc_address: str | None) -> list[AgentInterface]:
    """The preferred one first."""
    bindings = [
        (TransportProtocol.JSONRPC, f"{url}/", PROTOCOL_VERSION_1_0),
        (TransportProtocol.HTTP_JSON, url, PROTOCOL_VERSION_1_0),
        (TransportProtocol.JSONRPC, f"{url}/", PROTOCOL_VERSION_0_3),
    ]
    if grpc_address is not None:
        bindings.insert(2, (TransportProtocol.GRPC, grpc_address, PROTOCOL_VERSION_1_0))
    return [
        AgentInterface(protocol_binding=binding.value, url=where, protocol_version=number)
        for binding, where, number in bindings
    ]


def sign_card(card: AgentCard, key: Path) -> None:
    """Sign a card, by a JSON Web Signature over its canonical form.

    Args:
        card: What is signed; a signature is added to it.
        key: PEM file of a private key without passphrase: P-256, RSA or Ed25519.

    Raises:
        InvalidArgumentError: The file holds none.
        OSError: It cannot be read.
    """
    pem = key.read_bytes()
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        fix = "make one by: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
        raise InvalidArgumentError(f"--card-key: {key}: holds no PEM private key without passphrase; {fix}") from error
    match private:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            algorithm = "ES256"
        case rsa.RSAPrivateKey():
            algorithm = "RS256"
        case ed25519.Ed25519PrivateKey():
            algorithm = "EdDSA"
        case _:
            raise InvalidArgumentError(f"--card-key: {key}: must be a key of P-256, RSA or Ed25519")
    header = {"kid": key_id(private.public_key()), "alg": algorithm, "typ": "JOSE"}
    create_agent_card_signer(pem, cast("ProtectedHeader", header))(card)  # its `jku` must not be null: RFC 7515


def key_id(public: PublicKeyTypes) -> str:
    """What a signature calls its key: the SHA-256 of the public one, so that whoever has several knows which."""
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(encoded).digest()).decode().rstrip("=")
