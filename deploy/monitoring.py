"""What watches the platform, as files: ``python -m deploy.monitoring rules|dashboards``.

    rules        prints the alert rules as Prometheus itself reads them, without its operator
    dashboards   writes k8s/monitoring/dashboards anew from `deploy.dashboards`

Guarantees: the rules are those of k8s/monitoring/alerts.yaml. Does not: apply anything.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from deploy.dashboards import DASHBOARDS, dashboard
from shared.local.process import ROOT

FOLDER = ROOT / "k8s" / "monitoring"
ALERTS = FOLDER / "alerts.yaml"


def rules() -> dict[str, Any]:
    """{groups: [{name, rules}]}"""
    found: dict[str, Any] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["spec"]
    return found


def alerts() -> Iterator[dict[str, Any]]:
    """Every alert: {alert, expr, for, labels, annotations}."""
    for group in rules()["groups"]:
        yield from group["rules"]


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
    parser.add_argument("what", choices=("rules", "dashboards"))
    if parser.parse_args(arguments).what == "rules":
        print(yaml.safe_dump(rules(), allow_unicode=True, sort_keys=False, width=10_000), end="")
        return
    for name, text in dashboards().items():
        (FOLDER / "dashboards" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
