"""What watches the platform, as files: ``python -m deploy.monitoring rules|scrapes|dashboards``.

    rules        prints the alert rules as Prometheus itself reads them, without its operator
    scrapes      prints what Prometheus itself reads of the platform in Compose
    dashboards   writes k8s/monitoring/dashboards anew from `deploy.dashboards`

Guarantees: rules and scrapes are those of k8s/monitoring. Does not: apply anything.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from deploy.dashboards import DASHBOARDS, dashboard
from shared.local.process import ROOT
from shared.local.services import discover

FOLDER = ROOT / "k8s" / "monitoring"
ALERTS, SCRAPES = FOLDER / "alerts.yaml", FOLDER / "scrapes.yaml"
RENAMED = {"relabelings": "relabel_configs", "metricRelabelings": "metric_relabel_configs"}
COMPOSED = {
    "services": {name: [f"{name}:8000"] for name in discover()},
    "rabbitmq": {"rabbitmq": ["rabbitmq:15692"]},
}
"""Where the containers are found in the network `government_inside`."""
Addresses = Mapping[str, Sequence[str]]
"""host:port by the name of what listens there."""


def rules() -> dict[str, Any]:
    """{groups: [{name, rules}]}"""
    found: dict[str, Any] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["spec"]
    return found


def alerts() -> Iterator[dict[str, Any]]:
    """Every alert: {alert, expr, for, labels, annotations}."""
    for group in rules()["groups"]:
        yield from group["rules"]


def scrapes(addresses: Mapping[str, Addresses], interval: str | None = None) -> dict[str, Any]:
    """{scrape_configs: [...]} as Prometheus itself reads them, with fixed addresses: those of what
    each ServiceMonitor finds, by its name. interval: in place of theirs."""
    monitors = yaml.safe_load_all(SCRAPES.read_text(encoding="utf-8"))
    found = [
        _scrape(f"{name}/{n}", endpoint, addresses[name], interval)
        for name, endpoints in ((m["metadata"]["name"], m["spec"]["endpoints"]) for m in monitors)
        for n, endpoint in enumerate(endpoints)
    ]
    return {"scrape_configs": found}


def _scrape(
    job: str, endpoint: Mapping[str, Any], addresses: Addresses, interval: str | None
) -> dict[str, Any]:
    """With the labels that the operator of Prometheus gives."""
    steps = {RENAMED[key]: endpoint[key] for key in RENAMED if key in endpoint}
    labels = {"endpoint": endpoint["port"]}
    return {
        "job_name": job,
        "metrics_path": endpoint["path"],
        "params": endpoint.get("params", {}),
        "scrape_interval": interval or endpoint["interval"],
        "static_configs": [
            {"targets": list(targets), "labels": {**labels, "job": name, "service": name}}
            for name, targets in addresses.items()
        ],
        **{key: [_snake(step) for step in found] for key, found in steps.items()},
    }


def _snake(step: Mapping[str, Any]) -> dict[str, Any]:
    return {re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", key): step[key] for key in step}


def dashboards() -> dict[str, str]:
    """JSON by the name of its file."""
    return {
        f"{name}.json": json.dumps(dashboard(name, *said), ensure_ascii=False, indent=1) + "\n"
        for name, said in DASHBOARDS.items()
    }


def expressions() -> Iterator[str]:
    """All that is asked of Prometheus, by alerts and by dashboards."""
    yield from (rule["expr"] for rule in alerts())
    for _, panels in DASHBOARDS.values():
        yield from (expr for panel in panels for expr in panel.lines.values())


def main(arguments: Sequence[str]) -> None:
    """Print or write it."""
    parser = argparse.ArgumentParser(prog="python -m deploy.monitoring")
    parser.add_argument("what", choices=("rules", "scrapes", "dashboards"))
    what = parser.parse_args(arguments).what
    if what != "dashboards":
        told = rules() if what == "rules" else scrapes(COMPOSED)
        print(yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10_000), end="")
        return
    for name, text in dashboards().items():
        (FOLDER / "dashboards" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
