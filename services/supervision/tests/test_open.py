"""Nothing that the public can read is about a person."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import count
from typing import Any

import orjson
import pytest

from services.supervision.service import Service
from services.supervision.tests.lives import Life
from services.supervision.tests.test_inspection import LATER, Office
from services.supervision.tests.test_inspection import company as company_event
from services.supervision.usecases import cases, inspections, openness
from shared.entrypoints import Reply
from shared.entrypoints.web import Http
from shared.errors import NotFound, Unavailable
from shared.events import event, received
from shared.schema import load
from shared.testing import NOON, a_call, an_official, person

PRIVATE = (
    "account-of-zhang", "张伟", "430104199001010019", "13800000001", "official-1", "王受理",
    "account-HN-1", "account-HN-2", "张某在场", "supervisor",
)  # fmt: skip
"""What is in the events and records that the service has taken in, and must not come out."""
QUERIES = {
    "division": "430104",
    "from_day": "2026-11-20",
    "until": "2026-11-30",
}


class NoCatalogue:
    """It cannot be asked just now."""

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            if name == "rate_on":
                raise Unavailable
            return {"items": [{"code": "x", "item": "x", "delegations": []}], "next_cursor": None}

        return call


class Always:
    """Nothing is kept."""

    @staticmethod
    def of(key: Any, make: Any, seconds: float = 0) -> Any:
        return make()


@pytest.fixture(scope="module")
def seeded() -> tuple[Service, dict[str, str]]:
    """A service that has taken in the affairs of persons, and the values of its paths."""
    office = Office()
    life = Life("a", NOON).play("submit", "accept", "start", "approve", "deliver")
    no = Life("b", NOON).play("submit").move("decline", reasons=["张伟 430104199001010019"])
    ids = count()
    cases.hear(office.store, [*life.events, *no.events], NOON, lambda: f"p{next(ids)}")
    company = company_event(1, 2)
    private = {"legal_representative": {"name": "张伟"}}
    inspections.hear_company(office.store, received(_told(company, private), company.data))
    licence = {"number": "L-1", "code": "C001", "status": "valid", "issued_on": "2026-11-23"}
    told = event("enterprise.licence.issued.v1", "L-1", 1, licence, NOON)
    openness.hear_licence(office.store, received(told, licence))
    power = {
        "item": "x", "from_division": "430000", "delegates": ["430100"], "from_day": "2026-12-01",
        "until_day": None, "legal_basis": {"zh": "依据", "en": "basis"},
    }  # fmt: skip
    told = event("catalogue.power.delegated.v1", "D-1", 1, power, NOON)
    openness.hear_delegation(office.store, received(told, power))
    office.reveal()
    done = office.inspect(office.store["tasks"].find({"plan": "plan"})[0], ["no-problem"])
    service: Any = Service.__new__(Service)
    service.store, service.catalogue, service.fresh = office.store, NoCatalogue(), Always()
    values = {
        "plan_id": "plan", "month": "2026-11", "number": "L-1", "code": done["code"],
        "decision": life.case["number"],
    }  # fmt: skip
    return service, values


def _told(company: Any, more: dict[str, Any]) -> dict[str, Any]:
    return event(company.type, company.subject, company.sequence, {**company.data, **more}, NOON)


def public_routes() -> Iterator[tuple[str, Http]]:
    for name, method in inspect.getmembers(Service, callable):
        for route in getattr(method, "nameko_entrypoints", ()):
            if isinstance(route, Http) and route.who.public:
                yield name, route


@pytest.mark.parametrize(("name", "route"), list(public_routes()))
def test_private(seeded: Any, name: str, route: Http) -> None:
    """No public route, those to come included, tells a name, an account or a number of a person."""
    service, values = seeded
    given = {
        n: values[n] for n in inspect.signature(getattr(service, name)).parameters if n != "call"
    }
    if name == "open_decision":
        given["number"] = values["decision"]
    for caller in (None, person(), an_official("x", "430000", "platform", "supervise")):
        found = getattr(service, name)(a_call(caller, query=_query(route), now=LATER), **given)
        text = _text(found)
        assert len(text) > 20, "an empty answer proves nothing"
        assert [word for word in PRIVATE if word in text] == []


def _query(route: Http) -> dict[str, Any]:
    if route.query is None:
        return {}
    schema = route.query()
    loaded: dict[str, Any] = load(schema, {n: v for n, v in QUERIES.items() if n in schema.fields})
    return loaded


def _text(found: Any) -> str:
    body = found.body if isinstance(found, Reply) else found
    text = body.decode() if isinstance(body, bytes) else orjson.dumps(body).decode()
    return text + (str(dict(found.headers)) if isinstance(found, Reply) else "")


def test_replies(seeded: Any) -> None:
    """Every public answer fits its schema, and all but a plan (which has a version) are kept by
    caches."""
    service, values = seeded
    for name, route in public_routes():
        names = inspect.signature(getattr(service, name)).parameters
        given = {n: values[n] for n in names if n != "call"}
        if name == "open_decision":
            given["number"] = values["decision"]
        if name in ("open_items", "open_powers") or route.reply is None:
            continue
        found = getattr(service, name)(a_call(None, query=_query(route), now=LATER), **given)
        body = orjson.loads(orjson.dumps(found.body if isinstance(found, Reply) else found))
        for one in body["items"] if set(body) == {"items"} else [body]:
            faults = route.reply().validate(one)
            assert set(faults) <= {"code"}, (name, faults)
        assert route.cache or name == "open_plan"


def test_decisions(seeded: Any) -> None:
    """Decisions in force are told by number, item and days; a reopened case has none."""
    service, values = seeded
    call = a_call(None, query={"limit": 50, **QUERIES}, now=LATER)
    rows = service.open_decisions(call).body["items"]
    assert sorted(row["outcome"] for row in rows) == ["approved", "declined"]
    assert {row["reasoned"] for row in rows} == {True}
    table = service.open_decisions_table(call).body.decode("utf-8-sig").splitlines()
    assert len(table) == 3 and table[0].startswith("number,item,department")
    again = Life("a", NOON).play("submit", "accept", "start", "approve", "deliver", "reopen")
    cases.hear(service.store, again.events, NOON, lambda: "again")
    with pytest.raises(NotFound):
        openness.decision(service.store, values["decision"])


def test_formulas() -> None:
    """No cell of a table is taken for a formula."""
    from services.supervision.tables import written

    assert written([["=1+1", "@x", 5, None, ["a", "b"]]]).decode() == "\ufeff'=1+1,'@x,5,,a b\r\n"
