"""What is rendered, once for all tests of deployment; `make tools` brings the programs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deploy import kubernetes
from shared.local.services import discover
from tests.deploy.manifests import Manifests

REGISTRY = "registry.gov.example/government"


def loaded(text: str) -> Manifests:
    return Manifests(yaml.safe_load_all(text))


@pytest.fixture(scope="session")
def alone() -> dict[str, Manifests]:
    """Each service as `kubectl apply -k services/<name>/k8s` applies it."""
    folders = {name: kubernetes.ROOT / "services" / name / "k8s" for name in discover()}
    return {name: loaded(kubernetes.build(folder)) for name, folder in folders.items()}


@pytest.fixture(scope="session")
def small() -> Manifests:
    return loaded(kubernetes.render("small"))


@pytest.fixture(scope="session")
def production() -> Manifests:
    return loaded(kubernetes.render("production", registry=REGISTRY))


@pytest.fixture(scope="session")
def operator() -> Manifests:
    return loaded(kubernetes.department("operator", "production", registry=REGISTRY))


@pytest.fixture(scope="session")
def rendered(
    alone: dict[str, Manifests], small: Manifests, production: Manifests, operator: Manifests
) -> dict[str, list[dict[str, Any]]]:
    """Everything that may reach a cluster, by where it comes from."""
    return {
        "small": list(small),
        "production": list(production),
        "alone": list(alone["education"]),
        "operator": list(operator),
        "monitoring": list(loaded(kubernetes.build(kubernetes.K8S / "monitoring"))),
    }
