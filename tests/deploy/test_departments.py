"""One department's workload: all of it, its own, and nobody else's."""

from __future__ import annotations

import re

import pytest
import yaml

from deploy import kubernetes
from shared.local import broker
from shared.local.services import discover
from tests.deploy.manifests import fits, labels, pod, values

EACH = {
    "ServiceAccount",
    "ConfigMap",
    "Deployment",
    "Service",
    "Ingress",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "NetworkPolicy",
    "User",
    "Permission",
    "TopicPermission",
    "Job",
}
LINES = 30
STOP_SECONDS = 25
OUTSIDE = {"exchange": {443}, "feedback": {25, 465, 587}}
"""Ports outside the cluster that a department must reach: providers, the mail server."""

each = pytest.mark.parametrize("name", discover())


@each
def test_folder(name):
    """Every service can be deployed alone: a short kustomization in its own folder says how."""
    file = kubernetes.ROOT / "services" / name / "k8s" / "kustomization.yaml"
    assert file.exists(), f"{file} is missing (docs/new-department.md)"
    text = file.read_text()
    assert len(text.splitlines()) <= LINES
    assert "../../../k8s/base" in yaml.safe_load(text)["components"]


@each
def test_complete(alone, name):
    """What one department needs is all there, and named after it."""
    assert {d["kind"] for d in alone[name]} == EACH
    foreign = [
        (d["kind"], d["metadata"]["name"])
        for d in alone[name]
        if not re.match(rf"{name}(-|$)", d["metadata"]["name"])
    ]
    assert foreign == []
    assert {d["metadata"]["namespace"] for d in alone[name]} == {"government"}


@each
def test_references(alone, name):
    """Secrets and configuration are referred to: its own, and the two that all share."""
    own = alone[name]
    keys = {f"{name}-broker", f"{name}-database", f"{name}-keys"}
    shared = {"personal-data", "mongodb-admin-admin"}
    secrets = {r["name"] for d in own for k in ("secretRef", "secretKeyRef") for r in values(d, k)}
    assert secrets == keys | shared
    maps = {
        r["name"] for d in own for k in ("configMapRef", "configMapKeyRef") for r in values(d, k)
    }
    assert maps == {"platform", *own.names("ConfigMap")}
    assert not own.of("Secret")
    deployment = own.one("Deployment", name)
    assert "mongodb-admin-admin" not in {r["name"] for r in values(deployment, "secretKeyRef")}


@each
def test_version(alone, name):
    """One version, said once, is the images' tag, and jobs of another version are other jobs."""
    (settings,) = alone[name].of("ConfigMap")
    version = settings["data"]["VERSION"]
    for workload in alone[name].of("Deployment", "Job"):
        assert [c["image"] for c in pod(workload)["containers"]] == [f"government/{name}:{version}"]
        assert labels(workload)["app.kubernetes.io/version"] == version
    jobs = {f"{name}-migration-{version}", f"{name}-database-user-{version}"}
    assert set(alone[name].names("Job")) == jobs


@each
def test_broker_user(alone, name):
    """The user may do at the broker what the local platform's may, and nothing else."""
    local = broker.service_permission(name)
    permissions = alone[name].one("Permission", name)["spec"]["permissions"]
    topic = alone[name].one("TopicPermission", name)["spec"]["permissions"]
    for own in (name, f"{name}x", f"x{name}", "other"):
        for text in (
            f"{own}.cases", f"{own}.retry.1000", f"{own}xcases", f"rpc-{own}", f"rpc.reply-{own}-1",
            f"rpc.reply-{own}", "events", "nameko-rpc", "amq.default", "amq.topic", own, "",
        ):  # fmt: skip
            for kind in ("configure", "write", "read"):
                allowed = bool(re.search(permissions[kind], text))
                assert allowed == bool(re.search(local[kind], text)), (kind, text)
        key = f"{own}.case.accepted.v1"
        wanted = re.search(broker.topic_permission(name)["write"], key)
        assert bool(re.search(topic["write"], key)) == bool(wanted) == (own == name)
    assert topic["exchange"] == broker.EVENTS


@each
def test_selected(alone, name):
    """Service, budget and policy reach the pods; requests reach no pod of a job."""
    own = alone[name]
    deployment = own.one("Deployment", name)
    having = labels(deployment)
    selectors = [
        deployment["spec"]["selector"],
        own.one("PodDisruptionBudget", name)["spec"]["selector"],
        own.one("NetworkPolicy", name)["spec"]["podSelector"],
        {"matchLabels": own.one("Service", name)["spec"]["selector"]},
    ]
    assert all(fits(selector, having) for selector in selectors)
    for job in own.of("Job"):
        assert fits(own.one("NetworkPolicy", name)["spec"]["podSelector"], labels(job))
        assert not own.one("Service", name)["spec"]["selector"].items() <= labels(job).items()


@each
def test_outside(alone, name):
    """Nobody reaches beyond the cluster but who must; never the addresses of the cloud itself."""
    rules = alone[name].one("NetworkPolicy", name)["spec"]["egress"]
    blocks = [(to["ipBlock"], r["ports"]) for r in rules for to in r["to"] if "ipBlock" in to]
    ports = {port["port"] for _, opened in blocks for port in opened}
    assert ports == OUTSIDE.get(name, set())
    assert all(block["except"] == ["169.254.0.0/16"] for block, _ in blocks)


@each
def test_no_request_lost(alone, name):
    """An old pod goes after a new one is ready; it serves on meanwhile, and has time to end."""
    deployment = alone[name].one("Deployment", name)
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    (container,) = pod(deployment)["containers"]
    waits = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod(deployment)["terminationGracePeriodSeconds"] > waits + STOP_SECONDS
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert waits > 2 * container["readinessProbe"]["periodSeconds"]


@each
def test_canary(alone, name):
    """Another version beside the one that runs shares its Service, not its Deployment."""
    text = kubernetes.department(name, canary="9.9.9")
    found = {d["kind"]: d for d in yaml.safe_load_all(text)}
    assert found.keys() == {"Deployment", "ConfigMap"}
    canary = found["Deployment"]
    assert canary["metadata"]["name"] == f"{name}-canary"
    assert pod(canary)["containers"][0]["image"] == f"government/{name}:9.9.9"
    stable = alone[name].one("Deployment", name)
    assert not fits(stable["spec"]["selector"], labels(canary))
    assert not fits(canary["spec"]["selector"], labels(stable))
    assert alone[name].one("Service", name)["spec"]["selector"].items() <= labels(canary).items()
