"""TLS in the cluster: certificates that name what clients call, and addresses that ask for them."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from pymongo.uri_parser import parse_uri

from deploy import certificates
from shared import amqp
from shared.local.services import discover
from tests.deploy.manifests import pod

DEPARTMENT = discover()[0]
VARIABLE = re.compile(r"\$\((\w+)\)")


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, str]]:
    return certificates.made()


def environment(production, kind: str, name: str) -> dict[str, str]:
    """The container's variables as Kubernetes fills them in; secrets by their key."""
    (container,) = pod(production.one(kind, name))["containers"]
    settings = production.one("ConfigMap", "platform")["data"]
    known: dict[str, str] = {}
    for one in container["env"]:
        source = next(iter(one.get("valueFrom", {}).values()), {})
        value = one.get("value") or settings.get(source.get("key"), source.get("key"))
        known[one["name"]] = VARIABLE.sub(lambda found: known[found[1]], value)
    return known


def names(pem: str) -> set[str]:
    extension = x509.load_pem_x509_certificate(pem.encode()).extensions
    return set(
        extension.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
            x509.DNSName
        )
    )


def test_asked_for(production, made):
    """A department speaks TLS with both, and trusts the authority; each certificate names the host
    that it calls."""
    env = environment(production, "Deployment", DEPARTMENT)
    tls = amqp.tls(env["AMQP_URI"])
    assert tls and tls["server_hostname"] in names(made["rabbitmq-tls"]["tls.crt"])
    database = parse_uri(env["MONGO_URI"], validate=False)
    assert {host for host, _ in database["nodelist"]} <= names(made["mongodb-tls"]["tls.crt"])
    assert database["options"]["tls"] == "true"
    assert env["BROKER_CA"] == database["options"]["tlsCAFile"] == "/etc/authorities/ca.crt"


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_authority_mounted(production, kind):
    """Whatever asks for TLS has the authority where it looks for it."""
    for workload in production.of(kind):
        for container in pod(workload)["containers"]:
            if "DATABASE_OPTIONS" in {one["name"] for one in container.get("env", ())}:
                mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
                volumes = {v["name"]: v for v in pod(workload)["volumes"]}
                assert volumes["authorities"]["secret"]["secretName"] == "platform-authorities"
                assert os.path.join(mounts["authorities"], "ca.crt") == "/etc/authorities/ca.crt"


def test_servers(production):
    """Broker and database show the certificates, and nobody reaches the broker in the clear."""
    assert production.one("RabbitmqCluster", "rabbitmq")["spec"]["tls"]["secretName"] in MADE
    security = production.one("MongoDBCommunity", "mongodb")["spec"]["security"]["tls"]
    assert security["enabled"] is True
    assert security["certificateKeySecretRef"]["name"] in MADE
    opened = production.one("NetworkPolicy", "rabbitmq")["spec"]["ingress"]
    assert 5672 not in {port["port"] for rule in opened for port in rule["ports"]}


def test_chain(made):
    """The certificates are of the authority, for servers, and no authorities themselves."""
    ca = x509.load_pem_x509_certificate(made["platform-authorities"]["ca.crt"].encode())
    for secret in ("rabbitmq-tls", "mongodb-tls"):
        leaf = x509.load_pem_x509_certificate(made[secret]["tls.crt"].encode())
        leaf.verify_directly_issued_by(ca)
        assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


MADE = {"platform-authorities", "rabbitmq-tls", "mongodb-tls"}
"""The secrets that `python -m deploy.secrets` makes for it."""


def test_small(small):
    """One small node has its own plain addresses."""
    assert urlsplit(environment(small, "Deployment", DEPARTMENT)["AMQP_URI"]).scheme == "amqp"
