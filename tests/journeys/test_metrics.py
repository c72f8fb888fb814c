"""What the services count while affairs run."""

from __future__ import annotations

import http.client
import re

import pytest

from deploy import monitoring
from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys import scraping
from tests.journeys.enterprise import NUMBER, Offices
from tests.journeys.people import Person, eventually

MOST_SERIES = 3000
ROUTE = "/enterprise/cases/<case_id>"
ASKED = re.compile(r"\b((?:government|rabbitmq|process)_\w+|up)\b(?:{([^}]*)})?")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
TARGET = {"service", "job", "instance", "pod", "le"}
"""Labels of what is read, and of a histogram's buckets."""
DONE = {"outcome": "done"}
COUNTED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("enterprise", "government_outbox_published_total", {}),
    ("supervision", "government_events_total", {"queue": "supervision.cases", **DONE}),
    ("supervision", "government_case_moves_total", {"action": "submit"}),
    ("enterprise", "government_rpc_calls_total", {"target": "exchange", "method": "use", **DONE}),
    ("exchange", "government_rpc_answers_total", {"method": "use", **DONE}),
    ("exchange", "government_exchange_uses_total", {"kind": "verify"}),
    ("exchange", "government_exchange_pages_total", {"outcome": "written"}),
)
"""What a founding leaves behind, sooner or later: service, sample, labels."""
PARTICULAR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\d{6}|[^\x00-\x7f]")
"""An id, a long number, a word that a person wrote."""


@pytest.fixture(scope="module")
def founded(platform: Platform) -> None:
    """An enterprise has been founded."""
    people = [Person(platform.url, f"13{n}") for n in ("800000001", "900000001", "900000002")]
    steps.founded(people[0], Offices(*people[1:]))


def test_requests(platform: Platform, zhang: Person) -> None:
    """Each is counted once under its route; what has none is counted together."""
    before = scraping.service(platform, "enterprise")
    for path in (f"/enterprise/cases/{NUMBER}", f"/enterprise/{NUMBER}", "/enterprise/x/y"):
        assert zhang.get(path).status_code == 404
    after = scraping.service(platform, "enterprise")
    for route, number in ((ROUTE, 1), ("unknown", 2)):
        named = {"method": "GET", "route": route}
        counts = [
            scraping.value(found, "government_http_requests_total", **named, status="404")
            for found in (before, after)
        ]
        assert counts[1] - counts[0] == number
    assert scraping.value(after, "government_http_request_seconds_count", route=ROUTE) > 0


@pytest.mark.usefixtures("founded")
def test_events(platform: Platform) -> None:
    """Events are counted where they leave and where they have their effect, calls on both sides."""
    for service, sample, labels in COUNTED:
        eventually(lambda each=(service, sample, labels): _told(platform, *each) > 0, sample)
    eventually(
        lambda: _told(platform, "enterprise", "government_outbox_waiting", {}) == 0,
        "an empty outbox",
    )


def _told(platform: Platform, service: str, sample: str, labels: dict[str, str]) -> float:
    return scraping.value(scraping.service(platform, service), sample, **labels)


@pytest.mark.usefixtures("founded")
def test_parts(platform: Platform) -> None:
    """Every service tells of its database, its broker, its workers and what it does at times."""
    for name in platform.services:
        found = scraping.service(platform, name)
        assert scraping.value(found, "government_mongo_command_seconds_count") > 0, name
        assert scraping.value(found, "government_mongo_pool_connections") > 0, name
        assert scraping.value(found, "government_mongo_pool_most") == 100, name
        assert scraping.value(found, "government_mongo_writable") == 1, name
        assert scraping.value(found, "government_broker_consuming") == 1, name
        assert scraping.value(found, "government_workers") == 64, name
    supervision = scraping.service(platform, "supervision")
    assert "government_lit_cases" in supervision
    runs = ("government_periodic_runs_total", {"method": "let_time_pass", **DONE})
    eventually(lambda: _told(platform, "supervision", *runs) > 0, "a run")


@pytest.mark.usefixtures("founded")
def test_bounded(platform: Platform) -> None:
    """No label carries an id, a number or a person's word, and no service has too many series."""
    for name in platform.services:
        found = scraping.service(platform, name)
        own = [one for key, one in found.items() if key.startswith("government_")]
        loose = {(k, v) for k, v in scraping.labels(own) if PARTICULAR.search(v) and k != "node"}
        assert not loose, name
        assert sum(len(family.samples) for family in found.values()) < MOST_SERIES, name


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/enterprise/metrics", "/enterprise/../metrics", "/metrics/../enterprise/x",
     "/%6detrics", "/enterprise/%2e%2e/metrics", "//metrics", "/enterprise//metrics"],
)  # fmt: skip
def test_private(platform: Platform, path: str) -> None:
    """Nobody reads them through the gateway, however the path is written."""
    host, _, port = platform.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status in (400, 404)
    assert b"government_" not in answer.read()
    connection.close()


@pytest.mark.usefixtures("founded")
def test_watched(platform: Platform) -> None:
    """Whatever alerts and dashboards ask for is told by a service or the broker, so labelled."""
    found = [scraping.service(platform, name) for name in platform.services]
    known = scraping.labelled(*found, scraping.broker(platform))
    for expr in monitoring.expressions():
        for name, given in ASKED.findall(expr):
            assert name in known, expr
            labels = known[name] | TARGET if known[name] else set(LABEL.findall(given))
            assert set(LABEL.findall(given)) <= labels, expr
