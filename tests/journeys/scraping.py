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
SAMPLES = {
    "counter": lambda name: (f"{name}_total",),
    "histogram": lambda name: (f"{name}_bucket", f"{name}_sum", f"{name}_count"),
}
"""What a family of that type is asked by."""


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


def labelled(*scrapes: Families) -> dict[str, set[str]]:
    """By the name of a sample: its labels; none where it has not been counted yet."""
    found: dict[str, set[str]] = {"up": set()}
    for family in (one for families in scrapes for one in families.values()):
        for name in SAMPLES.get(family.type, lambda name: (name,))(family.name):
            found.setdefault(name, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found
