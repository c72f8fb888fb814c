"""What all departments share, and the overlays."""

from __future__ import annotations

import re

import pytest

from deploy import kubernetes
from deploy.secrets import of_service
from shared.local import broker
from shared.local.services import discover
from tests.deploy.conftest import REGISTRY
from tests.deploy.manifests import Manifests, fits, labels, pod, values

PROMETHEUS = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
}


def test_gateway_configuration():
    """The gateway's configuration is what the template gives (`make manifests` writes it)."""
    assert kubernetes.CONFIGURATION.read_text() == kubernetes.gateway_configuration()


@pytest.mark.parametrize("overlay", ["small", "production"])
def test_everybody(request, overlay):
    """An overlay has every service there is."""
    assert {*discover(), "gateway"} == set(request.getfixturevalue(overlay).names("Deployment"))


def test_three_of_each(production):
    """Broker and database survive the loss of a node; every queue is replicated."""
    broker = production.one("RabbitmqCluster", "rabbitmq")["spec"]
    assert broker["replicas"] == 3
    assert "default_queue_type = quorum" in broker["rabbitmq"]["additionalConfig"]
    assert production.one("MongoDBCommunity", "mongodb")["spec"]["members"] == 3
    (settings,) = [d for d in production.of("ConfigMap") if d["metadata"]["name"] == "platform"]
    assert settings["data"]["DATABASE_ADDRESS"].count("mongodb-svc:27017") == 3


def test_one_of_each(small):
    """The small overlay asks one node for no more than it has."""
    assert small.one("RabbitmqCluster", "rabbitmq")["spec"]["replicas"] == 1
    assert small.one("MongoDBCommunity", "mongodb")["spec"]["members"] == 1
    assert {d["spec"]["replicas"] for d in small.of("Deployment")} == {1}
    assert not small.of("HorizontalPodAutoscaler", "PodDisruptionBudget", "ScaledObject")
    asked = [
        pod(d)["containers"][0]["resources"]["requests"]["cpu"] for d in small.of("Deployment")
    ]
    assert sum(int(cpu.removesuffix("m")) for cpu in asked) < 1000


def test_scaled_by_queues(production):
    """One autoscaler a department, by what waits: not for a next try, and not the dead letters."""
    assert not production.of("HorizontalPodAutoscaler")
    assert set(production.names("ScaledObject")) == set(discover())
    for scaled in production.of("ScaledObject"):
        name = scaled["metadata"]["name"]
        assert scaled["spec"]["scaleTargetRef"]["name"] == name
        (queues,) = [t["metadata"] for t in scaled["spec"]["triggers"] if t["type"] == "rabbitmq"]
        pattern = re.compile(queues["queueName"])
        assert pattern.search(f"{name}.decisions")
        for queue in (f"{name}.dead", f"{name}.retry.1000", f"{name}x.cases", f"rpc-{name}"):
            assert not pattern.search(queue)


def test_registry(production):
    """Every image of ours comes from the registry named."""
    ours = [c["image"] for d in production.of("Deployment", "Job") for c in pod(d)["containers"]]
    assert all(i.startswith((f"{REGISTRY}/", "nginx:")) for i in ours)


def test_restricted(production, small, operator):
    """The namespace admits restricted pods only; the strictest profile is what all ask for."""
    for manifests in (production, small):
        namespace = manifests.one("Namespace", "government")
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for manifests in (production, small, operator):
        for workload in manifests.of("Deployment", "Job"):
            spec = pod(workload)
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert spec["automountServiceAccountToken"] is False
            for container in spec["containers"]:
                context = container["securityContext"]
                assert context["allowPrivilegeEscalation"] is False
                assert context["readOnlyRootFilesystem"] is True
                assert context["capabilities"] == {"drop": ["ALL"]}
                assert container["resources"].keys() == {"requests", "limits"}


def test_operator(operator):
    """The operator's command: no pod by itself, users and secrets of its own, and the rights that
    the local platform knows; nobody reaches it."""
    assert operator.one("Deployment", "operator")["spec"]["replicas"] == 0
    secrets = {reference["name"] for d in operator for reference in values(d, "secretKeyRef")}
    assert secrets == {"operator-broker", "operator-database", "mongodb-admin-admin"}
    assert {*of_service("operator")} == {"operator-broker", "operator-database"}
    local = broker.operator_permission("operator")
    rights = operator.one("Permission", "operator")["spec"]["permissions"]
    assert rights == {kind: local[kind] for kind in ("configure", "write", "read")}
    assert "ingress" not in operator.one("NetworkPolicy", "operator")["spec"]


def test_denied_unless_opened(production):
    """Nothing speaks unless a policy opens it, and a department speaks with three others."""
    closed = production.one("NetworkPolicy", "default-deny")["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    gateway = labels(production.one("Deployment", "gateway"))
    for name in discover():
        policy = production.one("NetworkPolicy", name)["spec"]
        (entry,) = policy["ingress"]
        asking, reading = entry["from"]
        assert "namespaceSelector" not in asking and fits(asking["podSelector"], gateway)
        assert reading == PROMETHEUS
        ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
        assert {53, 5672, 27017} <= ports
        having = labels(production.one("Deployment", name))
        for part in ("rabbitmq", "mongodb"):
            (peers, *_) = (
                rule["from"] for rule in production.one("NetworkPolicy", part)["spec"]["ingress"]
            )
            assert any(
                fits(peer.get("podSelector", {"matchLabels": {"-": ""}}), having) for peer in peers
            )


def test_read_by_prometheus(production, rendered):
    """What is to be read is there, at a port that is open to Prometheus."""
    monitors = Manifests(rendered["monitoring"])
    services, broker = (monitors.one("ServiceMonitor", n)["spec"] for n in ("services", "rabbitmq"))
    wanted = services["selector"]["matchLabels"].items()
    found = [d for d in production.of("Service") if wanted <= d["metadata"]["labels"].items()]
    assert {d["metadata"]["name"] for d in found} == set(discover())
    ports = {port["name"] for d in found for port in d["spec"]["ports"]}
    assert {endpoint["port"] for endpoint in services["endpoints"]} <= ports
    policy = production.one("NetworkPolicy", "rabbitmq")["spec"]
    assert {"from": [PROMETHEUS], "ports": [{"port": 15692}]} in policy["ingress"]
    assert {endpoint["port"] for endpoint in broker["endpoints"]} == {"prometheus"}


def test_way_in(production):
    """TLS on every rule, the gateway behind each, and limits of rate and size."""
    for ingress in production.of("Ingress"):
        hosts = {host for tls in ingress["spec"]["tls"] for host in tls["hosts"]}
        assert {rule["host"] for rule in ingress["spec"]["rules"]} <= hosts
        assert {service["name"] for service in values(ingress, "service")} == {"gateway"}
        annotations = ingress["metadata"]["annotations"]
        assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "12m"
        assert int(annotations["nginx.ingress.kubernetes.io/limit-rps"]) > 0
    paths = [path["path"] for ingress in production.of("Ingress") for path in _paths(ingress)]
    assert sorted(paths) == sorted(["/", *(f"/{name}/" for name in discover())])


def _paths(ingress):
    return [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
