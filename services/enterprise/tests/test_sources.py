"""Whether representative and owners are on the list of debtors: asked by yes or no, in its time."""

from typing import Any

import pytest

from services.enterprise import items, sources
from shared.department import Practice, usecases
from shared.department.usecases import Desk
from shared.errors import Conflict
from shared.errors import Unavailable as Away
from shared.exchange.testing import FakeSharing
from shared.personal import Vault
from shared.testing import FakeStore, a_call, an_official, person

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
HEAD, OWNER = "430104199001010019", "430104199202020029"
CLERK = an_official("clerk", "430104", "market-regulation", "accept", "review")
CHIEF = an_official("chief", "430104", "market-regulation", "approve")
EXAMPLE = items.ESTABLISHMENT.example
OWNERS = [
    {**EXAMPLE["owners"][0], "identity": HEAD, "share": 6_000},
    {**EXAMPLE["owners"][0], "identity": OWNER, "share": 3_000},
    {"kind": "organisation", "name": "某公司", "identity": "91110000600037341L", "amount": 1,
     "share": 1_000, "due": "2030-12-31"},
]  # fmt: skip


class List(FakeSharing):
    """The court's list."""

    def __init__(self) -> None:
        self.listed: set[str] = set()
        row = {"listing": "dishonest-judgment-debtor"}
        super().__init__(
            {"barred-person": lambda key: row if key["identity_number"] in self.listed else None}
        )


@pytest.fixture
def desk() -> Desk:
    practice = Practice(items.ESTABLISHMENT, verifications=sources.NOT_BARRED)
    practices = {items.ESTABLISHMENT.code: practice}
    vault = Vault(f"k1:{KEY}", KEY)
    return Desk("enterprise", items.DEPARTMENT, practices, FakeStore(), vault, List())


def applied(desk: Desk) -> Any:
    body = {"item": items.ESTABLISHMENT.code, "division": "430104"}
    form = {**EXAMPLE, "owners": OWNERS}
    case = usecases.apply(desk, a_call(person("zhang"), body={**body, "form": form}, digest="d"))
    usecases.ask(desk, case["_id"], case["opened_at"])
    return desk.store["cases"].require(case["_id"])


def move(desk: Desk, case: Any, action: str, caller: Any = CLERK) -> Any:
    version = desk.store["cases"].require(case["_id"])["version"]
    return usecases.move(desk, a_call(caller, body={}, if_match=version), case["_id"], action)


def approve(desk: Desk, case: Any) -> Any:
    for action in ("accept", "start"):
        move(desk, case, action)
    return move(desk, case, "approve", CHIEF)


def states(case: Any) -> list[str]:
    return [f"{check['about']} {check['state']}" for check in case["checks"]]


def test_clean(desk: Desk) -> None:
    """Persons are asked about once each, organisations are not; nothing but the answer is told."""
    case = applied(desk)
    assert states(case) == [
        "/representative/identity holds", "/owners/0/identity holds", "/owners/1/identity holds",
    ]  # fmt: skip
    uses = desk.sharing.uses  # type: ignore[union-attr]
    assert [use["kind"] for use in uses] == ["verify", "verify"]
    assert approve(desk, case)["state"] == "approved"


def test_barred(desk: Desk) -> None:
    """A representative on the list is not approved; an owner on it is shown to the official."""
    desk.sharing.listed = {OWNER}  # type: ignore[union-attr]
    case = applied(desk)
    assert states(case)[2] == "/owners/1/identity fails"
    assert approve(desk, case)["state"] == "approved"
    desk.sharing.listed = {HEAD}  # type: ignore[union-attr]
    other = Desk(
        desk.service, desk.department, desk.practices, FakeStore(), desk.vault, desk.sharing
    )
    with pytest.raises(Conflict) as refusal:
        approve(other, applied(other))
    assert refusal.value.type == "check-failed" and refusal.value.extensions["overridable"]


def test_away(desk: Desk) -> None:
    """While the list is away, the official answers for the decision within the days of the law."""
    desk.sharing.failing = Away()  # type: ignore[union-attr]
    case = applied(desk)
    with pytest.raises(Conflict):
        approve(desk, case)
    found = desk.store["cases"].require(case["_id"])
    call = a_call(CHIEF, body={"reasons": ["限期届满，数据源不可用"]}, if_match=found["version"])
    usecases.override(desk, call, case["_id"], "representative-not-barred-1")
    assert move(desk, case, "approve", CHIEF)["state"] == "approved"
