"""What Prometheus would read of the running platform."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from shared.local import Platform

BROKER = (
    "/metrics",
    "/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count",
)
"""As k8s/monitoring/scrapes.yaml has it."""

Families = dict[str, Any]


def scraped(*urls: str) -> Families:
    """The metrics at `urls`, by name; those of counters without "_total"."""
    found: Families = {}
    for url in urls:
        answer = requests.get(url, timeout=10)
        assert answer.status_code == 200, url
        found |= {family.name: family for family in text_string_to_metric_families(answer.text)}
    return found


def service(platform: Platform, name: str) -> Families:
    """Those of a service."""
    return scraped(platform.service_url(name) + "/metrics")


def broker(platform: Platform) -> Families:
    """Those of the broker."""
    return scraped(*(platform.service_url("broker") + path for path in BROKER))


def value(families: Families, sample: str, **labels: str) -> float:
    """The sum of the samples with that name which have these labels among theirs."""
    samples = (one for family in families.values() for one in family.samples)
    return sum(
        one.value for one in samples if one.name == sample and labels.items() <= one.labels.items()
    )


def labels(families: Iterable[Any]) -> set[tuple[str, str]]:
    """All labels with their values."""
    return {
        pair for family in families for sample in family.samples for pair in sample.labels.items()
    }
