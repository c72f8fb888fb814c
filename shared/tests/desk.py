"""A department in memory: two items, their rules, and the people who deal with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.department.practice import Application, Decision, Fulfilment, Practice
from shared.department.usecases import Desk, apply, move
from shared.documents import Document, Storage
from shared.entrypoints.request import Call, digest
from shared.errors import Duplicate, FieldError
from shared.events import Event, derived_id, received
from shared.item import Item
from shared.personal import Vault
from shared.schema import Integer, ResidentId, Schema, String, fields
from shared.testing import NOON, FakeStore, a_call, an_official, person
from shared.text import Text

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
NUMBER, OTHER_NUMBER = "11010519491231002X", "430104199001010019"
DISTRICT, NEXT_DISTRICT, CITY = "430104", "430102", "430100"
DEPARTMENT = "market-regulation"
CODE = "91110000600037341L"

ZHANG, LI = person("zhang", CODE), person("li", name="李娜")
WANG = an_official("wang", DISTRICT, DEPARTMENT, "accept", "review", "approve")
ZHAO = an_official("zhao", DISTRICT, DEPARTMENT, "review", "approve", name="赵审批")
CHIEF = an_official("chief", CITY, DEPARTMENT, "approve")
ELSEWHERE = an_official("else", NEXT_DISTRICT, DEPARTMENT, "accept", "approve")
TEACHER = an_official("teacher", DISTRICT, "education", "accept", "approve")


class Partner(Schema):
    name = String(required=True)
    number = ResidentId(required=True)


class Form(Schema):
    name = String(required=True, longest=30)
    shares = Integer(minimum=0, maximum=100)
    partners = fields.List(fields.Nested(Partner))


def item(code: str, **given: Any) -> Item:
    return Item(
        **{
            "code": code,
            "name": Text("事项", "Item"),
            "department": DEPARTMENT,
            "levels": frozenset({"county"}),
            "legal_basis": Text("法", "Law"),
            "audience": frozenset({"person"}),
            "conditions": Text("无", "None"),
            "form": Form,
            "statutory_days": 20,
            "promised_days": 5,
            "consultation_phone": "0731-1",
            "complaint_phone": "0731-2",
            **given,
        }
    )


def no_xxx(store: Storage, application: Application) -> Sequence[FieldError]:
    """Names must not be xxx, nor taken by another case (or by this one, when it comes again)."""
    name = application.form["name"]
    if name == "xxx" or store["names"].get(name) is not None:
        return [FieldError("/name", Text("不可用", "Not available"), "name")]
    return []


def first_come(store: Storage, application: Application) -> Decision:
    try:
        store["names"].add({"_id": application.form["name"], "case": application.id})
    except Duplicate:
        return Decision(False, (Text("重名", "Taken"),))
    return Decision(True)


def licence(store: Storage, fulfilment: Fulfilment) -> Mapping[str, Any]:
    number = derived_id("licence", fulfilment.id)
    store["licences"].ensure({"_id": number, "name": fulfilment.form["name"]})
    return {"licence": number}


ESTABLISHMENT = Practice(item("establishment", two_people=True), check=no_xxx, fulfil=licence)
RESERVATION = Practice(
    item("reservation", instant=True, promised_days=0),
    check=no_xxx,
    decide=first_come,
    fulfil=licence,
)
PROVINCIAL = Practice(item("provincial", levels=frozenset({"province"})))


def a_desk() -> Desk:
    practices = {p.item.code: p for p in (ESTABLISHMENT, RESERVATION, PROVINCIAL)}
    return Desk("enterprise", DEPARTMENT, practices, FakeStore(), Vault(f"k1:{KEY}", KEY))


def store(desk: Desk) -> FakeStore:
    assert isinstance(desk.store, FakeStore)
    return desk.store


def form(name: str = "moon", **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


def request(caller: Any, body: Any = None, *, key: str = "k1", **given: Any) -> Call:
    """A call whose id and digest follow from caller, key and body, as the entrypoint does it."""
    return a_call(
        caller,
        body=body if body is not None else {},
        id=derived_id(caller.subject, key),
        digest=digest(body, b""),
        **given,
    )


def application(code: str = "establishment", **given: Any) -> dict[str, Any]:
    return {"item": code, "division": DISTRICT, "form": form(), **given}


def applied(desk: Desk, caller: Any = ZHANG, *, key: str = "k1", **given: Any) -> Document:
    """A case of `caller`, submitted."""
    return apply(desk, request(caller, application(**given), key=key))


def move_it(
    desk: Desk, case: Document, action: str, caller: Any = WANG, days: int = 0, **body: Any
) -> Document:
    now = NOON + timedelta(days=days)
    call = request(caller, body, if_match=case["version"], now=now)
    return move(desk, call, case["_id"], action)


def processing(desk: Desk) -> Document:
    """A case that WANG accepted and that waits for its decision."""
    case = applied(desk)
    return move_it(desk, move_it(desk, case, "accept"), "start")


def approved(desk: Desk) -> Document:
    return move_it(desk, processing(desk), "approve", ZHAO)


def told(desk: Desk, participle: str = "") -> list[Event]:
    """What has been told so far, as handlers hear it."""
    heard = [received(e, e["data"]) for e in store(desk).sent]
    return [e for e in heard if participle in e.type]


def later(days: float) -> datetime:
    return NOON + timedelta(days=days)
