"""A department whose item is filled from registers and verified by them, and those registers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.department import usecases
from shared.department.facts import ACCOUNT
from shared.department.practice import Application, Practice, Question, Source, Verification
from shared.department.usecases import Desk
from shared.documents import Document, Storage
from shared.errors import ServiceError
from shared.exchange.testing import FakeSharing
from shared.personal import Vault
from shared.schema import DivisionCode, ResidentId, Schema, String, fields
from shared.testing import NOON, FakeStore
from shared.tests.desk import (
    DEPARTMENT,
    DISTRICT,
    KEY,
    NUMBER,
    OTHER_NUMBER,
    ZHANG,
    item,
    licence,
    request,
)
from shared.text import Text

OWN, CHILD, BABY = OTHER_NUMBER, "43010420200618002X", "430104202309090064"
BASIS = Text("《办法》第五条", "Measures, Art. 5")


class Child(Schema):
    name = String(required=True, longest=20)
    identity = ResidentId(required=True)


class Place(Schema):
    division = DivisionCode(required=True)
    street = String(longest=20)


class Enrolment(Schema):
    parent = String(required=True)
    child = fields.Nested(Child, required=True)
    household = fields.Nested(Place, required=True)
    school = String(required=True)
    vaccinated = fields.Boolean()


def guarded(store: Storage, application: Application) -> Iterable[Question]:
    """The child is the applicant's, unless a register has said so already."""
    child = application.form["child"]["identity"]
    key = {"child": child, "guardian": "@person"}
    known = application.held.get("/child/identity")
    yield Question("/child/identity", key, {"in_force": True}, known)


def registered(store: Storage, application: Application) -> Iterable[Question]:
    """The household is where it is stated to be, where it is stated."""
    if "/household/division" not in application.held:
        key = {"identity_number": application.form["child"]["identity"]}
        claims = {"division": application.form["household"]["division"]}
        yield Question("/household/division", key, claims)


def barred(store: Storage, application: Application) -> Iterable[Question]:
    key = {"identity_number": application.form["child"]["identity"]}
    yield Question("/child/identity", key, {"listing": "barred"})


SOURCES = (
    Source(ACCOUNT, {"/parent": "name"}),
    Source(
        "wards",
        {"/child/name": "name", "/child/identity": "identity_number"},
        key={"guardian": "@identity"},
        purpose="enrolment",
        rows="wards",
    ),
    Source(
        "household-membership",
        {"/household/division": "division", "/household/street": "street"},
        key={"identity_number": "/child/identity"},
        purpose="enrolment",
    ),
)
VACCINATIONS = Source(
    "vaccinations", {"/vaccinated": "complete"}, key={"guardian": "@identity"}, purpose="enrolment"
)
VERIFICATIONS = (
    Verification(
        "guardianship", "guardianship", "enrolment", Text("系监护人", "Is the guardian"), guarded
    ),
    Verification(
        "household", "household-membership", "enrolment", Text("户籍属实", "Lives there"),
        registered, override=BASIS, needs="guardianship",
    ),
    Verification(
        "not-listed", "barred", "enrolment", Text("未列入名单", "Is on no list"), barred,
        absent=True, mandatory=False,
    ),
)  # fmt: skip
PRACTICE = Practice(
    item("enrolment", form=Enrolment),
    fulfil=licence,
    sources=SOURCES,
    verifications=VERIFICATIONS,
)


class Registers(FakeSharing):
    """What the registers hold of a family. tries: every attempt; meanwhile: what happens while a
    register is asked."""

    def __init__(self, vault: Vault) -> None:
        self.guardian = vault.lookup(OWN)
        self.family: dict[str, dict[str, Any]] = {
            CHILD: {"name": "张小禾", "division": DISTRICT, "street": "岳麓街道"},
            BABY: {"name": "张小满", "division": DISTRICT, "street": None},
        }
        self.listed: set[str] = set()
        self.tries: list[str] = []
        self.meanwhile: Callable[[], Any] = lambda: None
        super().__init__(
            {
                "wards": self._wards,
                "household-membership": lambda key: self.family.get(key["identity_number"]),
                "guardianship": self._guardianship,
                "barred": lambda key: {} if key["identity_number"] in self.listed else None,
            }
        )

    def _wards(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        rows = [{"name": v["name"], "identity_number": k} for k, v in self.family.items()]
        return {"wards": rows} if key["guardian"] == OWN else None

    def _guardianship(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        known = key["guardian"] == self.guardian and key["child"] in self.family
        return {"in_force": True} if known else None

    def _used(self, kind: str, resource: str, **use: Any) -> Any:
        self.tries.append(resource)
        self.meanwhile()
        return super()._used(kind, resource, **use)


class Identity:
    """Identity's RPC, as the department asks it."""

    def __init__(self, vault: Vault) -> None:
        self.failing: ServiceError | None = None
        self.person = vault.lookup(OWN)

    def own_account(self, token: str, timeout: float) -> dict[str, str]:
        if self.failing:
            raise self.failing
        return {"account": "zhang", "name": "张伟", "identity": OWN, "phone": "13800000001"}

    def data_subjects(self, account: str, timeout: float) -> list[dict[str, str]]:
        if self.failing:
            raise self.failing
        return [{"relation": "self", "person": self.person, "name": "张伟"}]


def a_registered_desk(*first: Source) -> Desk:
    """A department with its registers and identity at hand; first: sources before all others."""
    vault = Vault(f"k1:{KEY}", KEY)
    practices = {PRACTICE.item.code: replace(PRACTICE, sources=(*first, *SOURCES))}
    return Desk(
        "enterprise", DEPARTMENT, practices, FakeStore(), vault, Registers(vault), Identity(vault)
    )


def registers(desk: Desk) -> Registers:
    assert isinstance(desk.sharing, Registers)
    return desk.sharing


def begin(desk: Desk, form: Any = None, caller: Any = ZHANG, key: str = "p1") -> Document:
    """A draft, filled in."""
    body = {"item": "enrolment", "division": DISTRICT, "form": form or {}}
    return usecases.prefill(desk, request(caller, body, key=key))


def again(desk: Desk, case: Document, form: Any, caller: Any = ZHANG) -> Document:
    call = request(caller, {"form": form}, if_match=case["version"])
    return usecases.prefill_again(desk, call, case["_id"])


def replaced(desk: Desk, case: Document, form: Any) -> Document:
    call = request(ZHANG, {"form": form}, if_match=case["version"])
    return usecases.replace_form(desk, call, case["_id"])


def submitted(desk: Desk, case: Document, days: int = 0) -> Document:
    now = NOON + timedelta(days=days)
    return usecases.submit_draft(
        desk, request(ZHANG, if_match=case["version"], now=now), case["_id"]
    )


def stated(desk: Desk, key: str = "k1", **changes: Any) -> Document:
    """An application by somebody who fills in everything by hand."""
    form = {
        "parent": "张伟",
        "child": {"name": "张小禾", "identity": CHILD},
        "household": {"division": DISTRICT},
        "school": "S-01",
        **changes,
    }
    body = {"item": "enrolment", "division": DISTRICT, "form": form}
    return usecases.apply(desk, request(ZHANG, body, key=key))


def reread(desk: Desk, case: Document) -> Document:
    return Document(desk.store["cases"].require(case["_id"]))


def states(case: Document) -> dict[str, str]:
    return {check["name"]: check["state"] for check in case["checks"]}


__all__ = [
    "BABY", "CHILD", "NUMBER", "OWN", "PRACTICE", "Registers", "a_registered_desk", "again",
    "begin", "registers", "replaced", "reread", "stated", "states", "submitted",
]  # fmt: skip
