"""Alerts: when they fire, and what somebody does then. Dashboards: that they can be read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import monitoring
from deploy.programs import program
from shared.local.process import ROOT

CASES = Path(__file__).with_name("alerts.yaml")
RUNBOOK = ROOT / "docs" / "runbook.md"
SEVERITIES = ("page", "ticket")
SECONDS = 240


def promtool(*arguments: str, folder: Path) -> None:
    try:
        path = program("promtool")
    except FileNotFoundError:
        pytest.skip("promtool comes from Debian's packages, which this machine has not")
    command = [path, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr


def written(folder: Path, name: str, content: Any) -> str:
    (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True))
    return name


def unit_tests(cases: Mapping[str, Any], severities: Mapping[str, str]) -> list[dict[str, Any]]:
    """As promtool reads them: each alert fires under the one, and does not under the other."""
    return [
        unit_test(name, case, series, severities[name] if series == "fires" else None)
        for name, case in cases.items()
        for series in ("fires", "quiet")
    ]


def unit_test(name: str, case: Mapping[str, Any], series: str, severity: str | None) -> Any:
    labels = {"alertname": name, "alertstate": "firing", **case["labels"], "severity": severity}
    told = ", ".join(f'{label}="{value}"' for label, value in labels.items())
    return {
        "name": f"{name} {series}",
        "interval": "1m",
        "input_series": [{"series": one, "values": values} for one, values in case[series].items()],
        "promql_expr_test": [
            {
                "expr": f'ALERTS{{alertname="{name}", alertstate="firing"}}',
                "eval_time": f"{case['after']}m",
                "exp_samples": [{"labels": f"ALERTS{{{told}}}", "value": 1}] if severity else [],
            }
        ],
    }


def test_alerts(tmp_path):
    """Each alert fires when it should, with the labels that say for what, and else it does not."""
    cases = yaml.load(CASES.read_text(), yaml.BaseLoader)
    severities = {rule["alert"]: rule["labels"]["severity"] for rule in monitoring.alerts()}
    assert cases.keys() == severities.keys()
    assert set(severities.values()) == set(SEVERITIES)
    rules = written(tmp_path, "rules.yaml", monitoring.rules())
    tests = {"rule_files": [rules], "evaluation_interval": "1m"}
    name = written(tmp_path, "tests.yaml", {**tests, "tests": unit_tests(cases, severities)})
    promtool("check", "rules", rules, folder=tmp_path)
    promtool("test", "rules", name, folder=tmp_path)


def test_runbook():
    """Whoever is woken finds what to do under the alert's name, and of no former alert."""
    headings = [line for line in RUNBOOK.read_text().splitlines() if line.startswith("## ")]
    names = {rule["alert"] for rule in monitoring.alerts()}
    assert {line.removeprefix("## ") for line in headings if line[3:4].isupper()} >= names
    assert {line[3:] for line in headings if " " not in line[3:]} == names


def test_both_languages():
    """A summary in both languages, each with what it is about."""
    for rule in monitoring.alerts():
        said = rule["annotations"]
        assert said.keys() == {"summary", "summary_zh"}, rule["alert"]
        assert said["summary"].isascii() and not said["summary_zh"].isascii(), rule["alert"]


def test_dashboards(tmp_path):
    """The files are those that are generated, deployed with the rest, and Prometheus can read each
    expression."""
    files = {file.name: file.read_text() for file in (monitoring.FOLDER / "dashboards").iterdir()}
    assert files == monitoring.dashboards(), "python -m deploy.monitoring dashboards"
    (deployed,) = yaml.safe_load((monitoring.FOLDER / "kustomization.yaml").read_text())[
        "configMapGenerator"
    ]
    assert {Path(name).name for name in deployed["files"]} == files.keys()
    found = {name: json.loads(text) for name, text in files.items()}
    assert len({one["uid"] for one in found.values()}) == len(files)
    panels = [panel for one in found.values() for panel in one["panels"]]
    exprs = [target["expr"] for panel in panels for target in panel["targets"]]
    assert set(exprs) <= set(monitoring.expressions())
    filled = [expr.replace("$__rate_interval", "5m") for expr in exprs]
    rules = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(filled)]
    name = written(tmp_path, "panels.yaml", {"groups": [{"name": "panels", "rules": rules}]})
    promtool("check", "rules", name, folder=tmp_path)
