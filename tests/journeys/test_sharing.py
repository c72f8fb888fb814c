"""Data sharing from outside: the roll-out, the catalogue, requests answered in time, grants."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys import sharing
from tests.journeys import supervision as watching
from tests.journeys.people import Person, eventually, ok, problem
from tests.journeys.sharing import EXCHANGE
from tests.journeys.supervision import TAN, Calendar

CITY = "nodes/CITY/431300"


@pytest.fixture
def asker(administrator: Person) -> Person:
    """An official of the provincial department of education."""
    return sharing.of_department(administrator, "education", "13900000211")


@pytest.fixture
def keeper(administrator: Person) -> Person:
    """An official of the provincial department of natural resources."""
    return sharing.of_department(administrator, "natural-resources", "13900000212")


def test_roll_out(administrator: Person, clerk: Person, anyone: Person) -> None:
    """191 nodes by plan; a city is connected, and the coverage of that day tells it to anybody."""
    phases = ok(anyone.get(f"{EXCHANGE}/roll-out"))["items"]
    assert [(p["by"], p["members"]) for p in phases] == [
        ("2018-05-31", 63),
        ("2018-06-30", 6),
        ("2018-12-31", 122),
    ]
    assert len(anyone.listed(f"{EXCHANGE}/nodes?class=COUNTY")) == 122
    problem(sharing.move(clerk, CITY, "test"), 403)
    if ok(anyone.get(f"{EXCHANGE}/{CITY}"))["state"] == "planned":
        ok(sharing.move(administrator, CITY, "test"))
        problem(sharing.move(administrator, CITY, "connect"), 409)
        key = {"subsystem": "records", "jwk": sharing.signer().jwk}
        at = {"adapter": "http", "url": "https://data.loudi.example", "contact": sharing.CONTACT}
        ok(sharing.move(administrator, CITY, "connection", **at, key=key))
        ok(sharing.move(administrator, CITY, "connect"))
    ok(sharing.move(administrator, CITY, "suspend", reason="证书更换"))
    node = ok(sharing.move(administrator, CITY, "resume"))
    assert node["state"] == "connected" and node["history"][-2]["reason"] == "证书更换"
    levels = ok(anyone.get(f"{EXCHANGE}/coverage"))["levels"]
    assert {one["level"]: one["total"] for one in levels} == {
        "province": 55,
        "city": 14,
        "county": 122,
    }
    assert levels[1]["connected"] >= 1 and levels[1]["planned"] == 14


def test_granted(
    administrator: Person, asker: Person, keeper: Person, anyone: Person, clerk: Person
) -> None:
    """Found in the catalogue, asked for, returned, corrected, granted in part, used by nobody after
    its revocation; strangers learn nothing of it."""
    code = sharing.declared(administrator)
    search = f"{EXCHANGE}/resources?q=土地使用权&provider=GOV/natural-resources"
    eventually(lambda: code in [one["code"] for one in ok(anyone.get(search))["items"]], code)
    request = sharing.ask(asker, sharing.asked(code))
    at = f"requests/{request}"
    assert request in keeper.listed(f"{EXCHANGE}/requests?side=desk")
    problem(clerk.get(f"{EXCHANGE}/{at}"), 404)
    problem(sharing.move(asker, at, "accept"), 403)
    ok(sharing.move(keeper, at, "return", missing=["使用场景"]))
    kept = ("resource", "consumer")
    corrected = {k: v for k, v in sharing.asked(code).items() if k not in kept}
    ok(sharing.move(asker, at, "resubmit", **corrected))
    ok(sharing.move(keeper, at, "accept"))
    ok(sharing.move(keeper, at, "approve", fields=["right"]))
    grant = ok(asker.get(f"{EXCHANGE}/grants/{sharing.closed(asker, request)['grant']}"))
    assert (grant["fields"], grant["in_force"]) == (["right"], True)
    assert grant["id"] in asker.listed(f"{EXCHANGE}/grants?resource={code}")
    problem(sharing.move(asker, f"grants/{grant['id']}", "revoke", reason="x"), 403)
    revoked = ok(sharing.move(keeper, f"grants/{grant['id']}", "revoke", reason="超范围使用"))
    assert (revoked["state"], revoked["in_force"]) == ("revoked", False)
    problem(clerk.get(f"{EXCHANGE}/grants/{grant['id']}"), 404)


def test_by_rule(administrator: Person, asker: Person) -> None:
    """What is shared without conditions is granted at once; what is not shared is refused with the
    legal reason."""
    free = sharing.declared(administrator, sharing="unconditional")
    granted = sharing.closed(asker, sharing.ask(asker, sharing.asked(free)))
    assert granted["grant"] and granted["moves"][0]["by"]["kind"] == "official"
    basis = {"zh": "《测绘法》第四十七条", "en": "Surveying and Mapping Law, Art. 47"}
    secret = sharing.declared(administrator, sharing="not-shared", sharing_basis=basis)
    refused = sharing.closed(asker, sharing.ask(asker, sharing.asked(secret)))
    assert (refused["grant"], refused["reasons"]) == (None, [basis])


def test_overdue(
    calendar: Calendar, administrator: Person, asker: Person, keeper: Person, base_url: str
) -> None:
    """Not checked within two working days, or not answered within five: a red lamp for all to see
    who supervise, and an alert on the provider's desk."""
    code = sharing.declared(administrator)
    unchecked, unanswered = (sharing.ask(asker, sharing.asked(code)) for _ in range(2))
    ok(sharing.move(keeper, f"requests/{unanswered}", "accept"))
    tan = Person(base_url, TAN)
    for request, state in ((unchecked, "submitted"), (unanswered, "processing")):
        assert watching.reaches(tan, request, state)["lamp"] == "green"
    calendar.reach(calendar.working_day(2) + timedelta(days=1), tan, keeper)
    red = watching.shines(tan, unchecked, "red")
    assert (red["lamps"][-1]["clock"], red["department"]) == ("acceptance", "natural-resources")
    assert watching.alert_of(keeper, unchecked, "escalation")["clock"] == "acceptance"
    calendar.reach(calendar.working_day(5) + timedelta(days=1), tan, keeper)
    red = watching.shines(tan, unanswered, "red")
    assert {e["clock"] for e in red["lamps"] if e["lamp"] == "red"} == {"statutory", "promised"}
    ok(sharing.move(keeper, f"requests/{unanswered}", "approve"))
    watching.shines(tan, unanswered, "green")
