"""What belongs to others: to whoever it does not concern, a case that exists is no case at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from shared.department import Department
from shared.entrypoints.web import Http
from tests.architecture.tree import entrypoints, folders, service
from tests.contracts.agreement import sample
from tests.journeys.people import Answer, Person, official, ok

ELSEWHERE = "430181"
POWERS = ["accept", "review", "approve", "supervise", "administer"]
SEEN = ("status", "type", "title", "detail", "errors")
DEPARTMENTS = [name for name in folders() if issubclass(service(name), Department)]


@pytest.fixture(scope="module")
def owner(base_url: str) -> Person:
    """Whose cases they are."""
    return Person(base_url, "13800000001")


def routes(department: str) -> Iterator[Http]:
    """Those that are about one case."""
    for _, _, route in entrypoints(department, Http):
        if route.path.startswith("/cases/<case_id>"):
            yield route


def drafted(owner: Person, department: str) -> str:
    """A draft of the department's first item."""
    item = next(each.item for each in service(department).practices if "county" in each.item.levels)
    body = {"item": item.code, "division": "430104", "form": item.example}
    return str(ok(owner.create(f"/{department}/drafts", body), 201)["id"])


def asked(person: Person, department: str, route: Http, case: str) -> Answer:
    """The answer to a request that fits the contract."""
    path = route.path.replace("<case_id>", case).replace("<check_id>", "x").replace("<file>", case)
    headers = {"If-Match": '"1"', "Idempotency-Key": str(uuid.uuid4())}
    body: Any = sample(route.body()) if route.body else None
    return person.request(route.method, f"/{department}{path}", json=body, headers=headers)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_others_cases(department, owner, citizen, base_url):
    """Another citizen, and an official of another district with every power, are told the same of a
    case that exists as of one that does not, whatever they ask."""
    administrator = Person(base_url, "13900000009")
    name = service(department).department
    phone = f"1390000{200 + DEPARTMENTS.index(department):04}"
    elsewhere = official(administrator, phone, "钱外县", ELSEWHERE, POWERS, name)
    case, nothing = drafted(owner, department), str(uuid.uuid4())
    tried = 0
    for route in routes(department):
        for person, kind in ((citizen, "person"), (elsewhere, "official")):
            if kind not in route.who.kinds:
                continue
            real, missing = (asked(person, department, route, one) for one in (case, nothing))
            told = [{key: a.json().get(key) for key in SEEN} for a in (real, missing)]
            assert told[0] == told[1] and told[0]["status"] in (404, 422), (route.path, told)
            tried += told[0]["status"] == 404
    assert tried > 10, "most requests should get as far as the case"
    assert owner.get(f"/{department}/cases/{case}").ok
