"""Certificates and their authorities, made for one test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def signed(name: str, key: Key, issuer: x509.Name, by: Key, authority: bool) -> x509.Certificate:
    """A certificate for a day, good for 127.0.0.1."""
    now = datetime.now(UTC)
    public, place = key.public_key(), x509.IPAddress(ip_address("127.0.0.1"))
    issuing = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([place]), critical=False)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(issuing, critical=False)
        .sign(by, SHA256())
    )


def make(folder: Path, name: str) -> None:
    """``<name>.ca.pem`` of an authority, and ``<name>.pem``: a certificate of it, with its key."""
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = named(f"{name} authority")
    ca = signed(f"{name} authority", authority, issuer, authority, authority=True)
    leaf = signed(name, own, issuer, authority, authority=False)
    secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    (folder / f"{name}.pem").write_bytes(leaf.public_bytes(Encoding.PEM) + secret)
