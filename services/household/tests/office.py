"""An office of the register in memory: its officials, a family, and what they do."""

from __future__ import annotations

from typing import Any

from services.household.schemas import Correction, GivenMember, NewHousehold
from services.household.usecases import registering
from shared.documents import Document
from shared.entrypoints.request import digest
from shared.personal import Vault
from shared.testing import NOON, FakeStore, a_call, an_official

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
VAULT = Vault(f"k1:{KEY}", KEY)
DISTRICT = "430104"
FATHER, MOTHER = "430104199001010019", "430104199202020029"
CHILD, BABY = "43010420200618002X", "430104202309090064"

CLERK = an_official("clerk", DISTRICT, "public-security", "accept")
CITY = an_official("city", "430100", "public-security", "review")
ELSEWHERE = an_official("elsewhere", "430111", "public-security", "accept")
TEACHER = an_official("teacher", DISTRICT, "education", "accept")


def a_store() -> FakeStore:
    """An empty register."""
    return FakeStore({"households": [("current",)]})


def guardian(identity: str = FATHER, name: str = "张伟") -> dict[str, Any]:
    return {"identity": identity, "name": name, "relation": "parent"}


def member(identity: str, relation: str = "daughter", **given: Any) -> dict[str, Any]:
    born = f"{identity[6:10]}-{identity[10:12]}-{identity[12:14]}"
    bare = {"identity": identity, "name": "张某", "relation": relation, "from_day": born}
    return {**bare, **given}


def family(number: str = "104000001", *members: Any, **given: Any) -> dict[str, Any]:
    """A father, a mother and a child, unless other members are given."""
    usual = (
        member(FATHER, "head"),
        member(MOTHER, "spouse"),
        member(CHILD, guardians=[guardian(), guardian(MOTHER, "李娜")]),
    )
    address = {"street": "岳麓街道", "detail": "麓山南路 932 号"}
    bare = {"division": DISTRICT, "number": number, "address": address}
    return {**bare, "members": list(members or usual), **given}


def enter(store: FakeStore, given: Any = None, caller: Any = CLERK) -> Document:
    """A household as an official enters it."""
    raw = given or family()
    call = a_call(caller, body=NewHousehold().load(raw), digest=digest(raw, b""))
    return registering.enter(store, VAULT, call)


def call(household: Document, body: Any, caller: Any = CLERK) -> Any:
    """A move of the household in the version that was read."""
    return a_call(caller, body=body, if_match=household["version"], now=NOON)


def join(store: FakeStore, household: Document, given: Any, caller: Any = CLERK) -> Document:
    asked = call(household, GivenMember().load(given), caller)
    return registering.join(store, VAULT, asked, household["_id"])


def depart(
    store: FakeStore, household: Document, identity: str, until: str = "2026-11-20", **given: Any
) -> Document:
    body = {"until_day": until, "left": "moved", **given}
    id_ = member_id(household, identity)
    return registering.depart(store, VAULT, call(household, body), household["_id"], id_)


def correct(store: FakeStore, household: Document, identity: str, **changes: Any) -> Document:
    body = Correction().load({"reason": "登记错误", **changes})
    id_ = member_id(household, identity)
    return registering.correct(store, VAULT, call(household, body), household["_id"], id_)


def member_id(household: Document, identity: str) -> str:
    person = VAULT.lookup(identity)
    return str(next(m["id"] for m in household["members"] if m["person"] == person))
