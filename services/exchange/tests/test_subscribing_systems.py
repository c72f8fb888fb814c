"""Existing systems follow records and tell of changes over HTTP: who may, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.exchange.migrations import m0002_expires
from services.exchange.subscribing_schemas import Changes, Reported, Subscription
from services.exchange.tests.province import PROVIDER, Province
from services.exchange.tests.test_subscribing import hear, refused
from services.exchange.usecases import feeding, noticing, subscribing, telling, wiring
from services.exchange.usecases.office import Token
from shared.access import Caller
from shared.entrypoints.request import digest
from shared.events import Event, derived_id, received
from shared.testing import a_call
from shared.tests.exchanging import HOUSEHOLDS, LI, NOBODY, ZHANG

SCHOOL = Caller("education", "service", "x", "430000", "education", token_id="jti")
POLICE = Caller("household", "service", "x", "430000", "public-security", token_id="jti")
STATED = {
    "client": "HUNAN/GOV/education/education",
    "message": "message-1",
    "grant": "grant-1",
    "purpose": "enrolment",
    "case": "education/case-1",
    "item": "school-enrolment",
}


@pytest.fixture
def province() -> Province:
    return Province()


def follow(province: Province, **given: Any) -> dict[str, Any]:
    body = {"resource": HOUSEHOLDS.code, "keys": [{"identity": ZHANG}, {"identity": LI}]}
    call = a_call(SCHOOL, body=body, stated={**STATED, **given})
    asked = wiring.opening(province.office, call)
    return subscribing.opened(province.office, asked, Token("education", "jti"))


def read(province: Province, id_: str, after: int = 0, **given: Any) -> dict[str, Any]:
    call = a_call(SCHOOL, stated={**STATED, **given})
    asked = wiring.about(province.office, call, "changes", id_, after=after, limit=100)
    return feeding.changes(province.office, asked, Token("education", "jti"))


def tell(province: Province, *changes: Any, key: str = "k", caller: Caller = POLICE) -> Any:
    body = {"changes": list(changes)}
    id_ = derived_id(caller.subject, key)
    call = a_call(caller, body=body, id=id_, digest=digest(body, b""), now=province.clock())
    return telling.told(province.office, call, HOUSEHOLDS.code)


def spread(province: Province) -> list[Event]:
    """What the exchange tells itself of the reports."""
    return [
        received(told, {"resource": told["data"]["resource"], "changes": [
            {"key": one["key"], "fields_": one["fields"]} for one in told["data"]["changes"]]})
        for report in province.store["reports"].each({})
        for told in report.outbox
    ]  # fmt: skip


def test_followed(province: Province) -> None:
    """What a provider's system tells reaches who follows, once, as the schemas say."""
    opened = follow(province)
    assert Subscription().validate(opened) == {}
    assert opened["fields"] == ["members", "number"]
    assert follow(province) == opened
    report = tell(province, {"key": {"identity": LI}}, {"key": {"identity": NOBODY}})
    told = {"id": report["_id"], "resource": report["resource"], "changes": report["count"]}
    assert Reported().validate(told) == {}
    assert tell(province, {"key": {"identity": LI}}, {"key": {"identity": NOBODY}}) == report
    hear(province, *spread(province))
    found = read(province, opened["id"])
    assert Changes().validate(found) == {}
    assert [one["key"] for one in found["changes"]] == [{"identity": LI}]
    assert found["changes"][0]["fields"] == ["members", "number"]
    assert [record["token"] for record in province.records()][:1] == [
        {"client_id": "education", "jti": "jti"}
    ]


def test_forgotten(province: Province) -> None:
    """A report is known again for a week; then it is forgotten, unless its events have yet to go
    out. Those of a former version are as well."""
    tell(province, {"key": {"identity": LI}})
    (waiting,) = province.store["reports"].each({})
    bare = {name: value for name, value in waiting.items() if name != "expires"}
    sent = [{**bare, "_id": f"{n:03}"} for n in range(250)]
    province.put("reports", *sent)
    week, later = province.clock() + timedelta(days=7), province.clock() + timedelta(days=8)
    assert telling.sweep(province.store, later) == 0
    for _ in range(2):
        m0002_expires.forwards(province.store)
    assert telling.sweep(province.store, week) == 0
    assert telling.sweep(province.store, later) == 250
    assert [one["_id"] for one in province.store["reports"].each({})] == [waiting["_id"]]


def test_report_names_nobody(province: Province) -> None:
    """Nothing that is kept or sent on of a report has the number of a person."""
    report = tell(province, {"key": {"identity": LI}})
    assert LI not in f"{dict(report)} {report.outbox}"


def test_many(province: Province) -> None:
    """A large report is several events, each of which counts once."""
    opened = follow(province)
    keys = [ZHANG, *(f"4301041990010{n:05}" for n in range(250)), LI]
    tell(province, *({"key": {"identity": key}} for key in keys))
    events = spread(province)
    assert len(events) == 3
    noticing.heard(province.office, [*events, *events])
    assert read(province, opened["id"])["next"] == 2


@pytest.mark.parametrize(
    ("change", "caller", "type_"),
    [
        ({"key": {"identity": LI}}, SCHOOL, "not-the-provider"),
        ({"key": {"number": "H-1"}}, POLICE, "invalid"),
        ({"key": {"identity": LI}, "fields_": ["remarks"]}, POLICE, "invalid"),
    ],
)
def test_untold(province: Province, change: Any, caller: Caller, type_: str) -> None:
    """Another's resource, another key, a field that there is not: refused, and on record."""
    assert refused(lambda: tell(province, change, caller=caller)) == type_
    assert province.outcomes() == [f"refused:{type_}"]
    assert list(province.store["reports"].each({})) == []


def test_suspended(province: Province) -> None:
    """A provider that takes no part tells nothing."""
    node = province.store["nodes"].require(PROVIDER)
    province.put("nodes", {**node, "state": "suspended"})
    assert refused(lambda: tell(province, {"key": {"identity": LI}})) == "node-not-connected"


def test_idempotent(province: Province) -> None:
    """One Idempotency-Key is good for one report."""
    tell(province, {"key": {"identity": LI}})
    other = refused(lambda: tell(province, {"key": {"identity": ZHANG}}))
    assert other == "idempotency-key-reused"


def test_client(province: Province) -> None:
    """A system that calls itself another has a record of it."""
    opened = follow(province)
    for work in (
        lambda: follow(province, client="HUNAN/GOV/education/other"),
        lambda: read(province, opened["id"], client="HUNAN/GOV/health/education"),
    ):
        assert refused(work) == "client-mismatch"
    assert province.outcomes()[1:] == ["refused:client-mismatch"] * 2
