"""Certificates of broker and database in a cluster, by an authority made for them alone.

Guaranteed: each names the addresses that clients use there, and no others; the authority's key is
forgotten, so it signs nothing else. Does not: renew (`python -m deploy.secrets` anew, all three
secrets together, within `DAYS`); whatever else makes secrets of these names will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAYS = 730
MEMBERS = range(3)
BROKER = ("rabbitmq", "rabbitmq.government.svc")
DATABASE = tuple(f"mongodb-{n}.mongodb-svc{rest}" for n in MEMBERS for rest in (
    "", ".government.svc.cluster.local"
))  # fmt: skip


def made() -> dict[str, dict[str, str]]:
    """Secret -> key -> PEM."""
    key = generate_private_key(SECP256R1())
    name = _named("government services: broker and database")
    authority = _signed(name, key, name, key, ())
    ca = {"ca.crt": authority.public_bytes(Encoding.PEM).decode()}
    return {
        "platform-authorities": ca,
        "rabbitmq-tls": {**ca, **_server(BROKER, name, key)},
        "mongodb-tls": _server(DATABASE, name, key),
    }


def _server(hosts: Sequence[str], issuer: x509.Name, by: EllipticCurvePrivateKey) -> dict[str, str]:
    key = generate_private_key(SECP256R1())
    certificate = _signed(_named(hosts[0]), key, issuer, by, hosts)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "tls.crt": certificate.public_bytes(Encoding.PEM).decode(),
        "tls.key": secret.decode(),
    }


def _signed(
    subject: x509.Name,
    key: EllipticCurvePrivateKey,
    issuer: x509.Name,
    by: EllipticCurvePrivateKey,
    hosts: Sequence[str],
) -> x509.Certificate:
    """One for `hosts`; without any, an authority's."""
    now = datetime.now(UTC)
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(not hosts, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(by, SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
