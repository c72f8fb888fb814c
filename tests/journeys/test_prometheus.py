"""A real Prometheus, with the shipped scrapes and rules, reads the running platform."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from deploy import monitoring
from deploy.dashboards import Panel
from deploy.programs import program
from shared.local import Platform
from shared.local.ports import HOST, Block
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import Offices
from tests.journeys.people import Person, eventually

INTERVAL = "1s"
METRIC = re.compile(r"\b(?:government|rabbitmq|process)_\w+|\bup\b")
FILLED = {"$__rate_interval": "5s", "$service": ".+"}
"""What Grafana puts in."""
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
"""What a family of that type is asked by; the others by their name."""
QUIET = {
    "失败率 Share of 5xx",
    "失败路由 Failing routes",
    "变灯 Lamps that changed",
    "法定超期 Beyond the law's limit",
    "节点调用 Orders to nodes",
    "未应答 Orders without an answer",
    "队列 Messages that wait",
    "调用 Calls that get no answer",
}
"""Panels of what does not happen while all is well, or has not happened yet."""

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def prometheus(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """``prometheus("query", query="up")``: the data of an answer of its API."""
    try:
        server = program("prometheus")
    except FileNotFoundError:
        pytest.skip("prometheus comes from Debian's packages, which this machine has not")
    block, folder = Block(), tmp_path_factory.mktemp("prometheus")
    at = f"{HOST}:{block.next()}"
    written(platform, folder)
    command = [server, f"--config.file={folder}/prometheus.yml", f"--web.listen-address={at}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, f"--storage.tsdb.path={folder}/data"], stderr=log)

    def ask(what: str, **parameters: str) -> Any:
        answer = requests.get(f"http://{at}/api/v1/{what}", params=parameters, timeout=10)
        assert answer.json()["status"] == "success", (parameters, answer.text)
        return answer.json()["data"]

    try:
        eventually(lambda: process.poll() is None and ready(at), "Prometheus")
        yield ask
    finally:
        process.terminate()
        process.wait(20)
        block.release()


def written(platform: Platform, folder: Path) -> None:
    """The shipped configuration, with the addresses of the running platform."""
    at = {name: [urlsplit(platform.service_url(name)).netloc] for name in platform.services}
    broker = {"rabbitmq": [urlsplit(platform.service_url("broker")).netloc]}
    scrapes = monitoring.scrapes({"services": at, "rabbitmq": broker}, INTERVAL)
    (folder / "rules.yml").write_text(yaml.safe_dump(monitoring.rules()))
    told = {
        "global": {"evaluation_interval": INTERVAL, "scrape_timeout": INTERVAL},
        "rule_files": ["rules.yml"],
        **scrapes,
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(told))


def ready(at: str) -> bool:
    try:
        return requests.get(f"http://{at}/-/ready", timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def read(prometheus: Ask, platform: Platform) -> Ask:
    """It has read everything at least twice, after an enterprise was founded."""
    people = [Person(platform.url, f"13{n}") for n in ("800000001", "900000001", "900000002")]
    steps.founded(people[0], Offices(*people[1:]))
    wanted = len(platform.services) + 2
    twice = "count(count_over_time(up[1m]) > 2)"
    eventually(lambda: value(prometheus("query", query=twice)) == wanted, "two readings of all")
    return prometheus


def value(data: Any) -> float:
    """Of an answer with one number; 0 where there is none."""
    return float(data["result"][0]["value"][1]) if data["result"] else 0.0


def filled(expr: str) -> str:
    for name, by in FILLED.items():
        expr = expr.replace(name, by)
    return expr


def test_targets(read: Ask, platform: Platform) -> None:
    """Every service and the broker's two ends are up, under the names that alerts and dashboards
    use."""
    targets = eventually(lambda: all_up(read), "all targets up")
    assert {t["labels"]["service"] for t in targets} == {*platform.services, "rabbitmq"}
    assert len(targets) == len(platform.services) + 2


def all_up(ask: Ask) -> Any:
    """The targets, if the last scrape of each was in time: on a busy machine one may not be."""
    targets = ask("targets", state="active")["activeTargets"]
    return {(t["health"], t["lastError"]) for t in targets} == {("up", "")} and targets


def test_names(read: Ask) -> None:
    """Whatever metric an alert or a dashboard names, a target tells, if only of its type where
    nothing was counted yet."""
    told = set(read("label/__name__/values"))
    for name, (found, *_) in read("metadata").items():
        told |= {name + suffix for suffix in SUFFIXES.get(found["type"], ("",))}
    named = {name for expr in monitoring.expressions() for name in METRIC.findall(expr)}
    assert len(named) > 30
    assert named - told == set()


def test_rules(read: Ask) -> None:
    """Every rule is computed without an error, and on a healthy platform nobody is called up."""
    rules = [rule for group in read("rules")["groups"] for rule in group["rules"]]
    eventually(lambda: all_evaluated(read), "an evaluation of all")
    assert len(rules) == len(list(monitoring.alerts()))
    eventually(lambda: not read("alerts")["alerts"], "no alert, pending ones included")


def all_evaluated(ask: Ask) -> bool:
    rules = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
    assert not [rule["lastError"] for rule in rules if rule.get("lastError")]
    return {rule["health"] for rule in rules} == {"ok"}


def test_queries(read: Ask) -> None:
    """Every panel is answered, and shows something where there is something."""
    panels = [panel for _, panels in monitoring.DASHBOARDS.values() for panel in panels]
    eventually(lambda: empty(read, panels) <= QUIET, "something in every other panel")
    assert len(panels) > 3 * len(QUIET)


def empty(ask: Ask, panels: list[Panel]) -> set[str]:
    """The titles of panels that show nothing."""
    return {
        panel.title
        for panel in panels
        for expr in panel.lines.values()
        if not ask("query", query=filled(expr))["result"]
    }
