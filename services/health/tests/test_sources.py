"""Practitioners are not asked for what human resources holds, and nobody passes without it."""

from typing import Any

import pytest

from services.health import items, sources
from shared.department import Practice, usecases
from shared.department.usecases import Desk
from shared.errors import Conflict
from shared.exchange.testing import FakeSharing
from shared.personal import Vault
from shared.testing import FakeStore, a_call, an_official, person

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
VAULT = Vault(f"k1:{KEY}", KEY)
NUMBER, OTHER = "430104199001010019", "430104199202020029"
CHIEF = an_official("chief", "430104", "health", "accept", "review", "approve")
SECOND = an_official("second", "430104", "health", "approve")
ZHANG = person("zhang")
DOCTOR = {"level": "doctor", "category": "clinical", "certificate": "201843110", "status": "valid"}


class Identity:
    """Identity's RPC: everybody is Zhang."""

    def own_account(self, token: str, timeout: float) -> dict[str, str]:
        return {"account": "zhang", "name": "张伟", "identity": NUMBER, "phone": "13800000001"}

    def data_subjects(self, account: str, timeout: float) -> list[dict[str, str]]:
        return [{"relation": "self", "person": VAULT.lookup(NUMBER), "name": "张伟"}]


@pytest.fixture
def desk() -> Desk:
    """The desk of a district, and human resources, which know two people."""
    known = {(NUMBER, "doctor"): dict(DOCTOR), (OTHER, "doctor"): dict(DOCTOR)}
    registers = FakeSharing(
        {"professional-qualification": lambda k: known.get((k["identity_number"], k["profession"]))}
    )
    registers.known = known  # type: ignore[attr-defined]
    practice = Practice(
        items.DOCTOR, sources=sources.DOCTOR, verifications=(sources.QUALIFIED_DOCTOR,)
    )
    practices = {items.DOCTOR.code: practice}
    return Desk("health", "health", practices, FakeStore(), VAULT, registers, Identity())


def applied(desk: Desk, **changes: Any) -> Any:
    form = {**items.DOCTOR.example, **changes}
    body = {"item": items.DOCTOR.code, "division": "430104", "form": form}
    case = usecases.apply(desk, a_call(ZHANG, body=body, digest="d"))
    usecases.ask(desk, case["_id"], case["opened_at"])
    return desk.store["cases"].require(case["_id"])


def move(desk: Desk, case: Any, action: str, caller: Any = CHIEF) -> Any:
    found = desk.store["cases"].require(case["_id"])
    return usecases.move(
        desk, a_call(caller, body={}, if_match=found["version"]), case["_id"], action
    )


def test_filled(desk: Desk) -> None:
    """A doctor gives the institution and the scope; the rest is held."""
    given = {name: items.DOCTOR.example[name] for name in ("institution", "scope", "no_impediment")}
    body = {"item": items.DOCTOR.code, "division": "430104", "form": given}
    draft = usecases.prefill(desk, a_call(ZHANG, body=body, digest="d"))
    filled, marks = usecases.sources(desk, draft)
    assert filled.form == items.DOCTOR.example and filled.missing == []
    assert {m["source"]["resource"] for m in marks if m["origin"] == "held"} == {
        "account", "professional-qualification",
    }  # fmt: skip


def test_qualified(desk: Desk) -> None:
    """Who holds the qualification is registered."""
    case = applied(desk)
    for action in ("accept", "start"):
        move(desk, case, action)
    assert move(desk, case, "approve", SECOND)["state"] == "approved"


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"qualification": "201843111"}, {}),
        ({"level": "assistant", "qualification": "201843110"}, {}),
        ({}, {"status": "revoked"}),
        ({"identity": OTHER}, {}),
    ],
)
def test_not_qualified(desk: Desk, changes: Any, kept: Any) -> None:
    """Another certificate, another level, a revoked one, or somebody else's: nobody can approve."""
    desk.sharing.known[NUMBER, "doctor"].update(kept)  # type: ignore[union-attr]
    case = applied(desk, **changes)
    assert [check["state"] for check in case["checks"]] == ["fails"]
    for action in ("accept", "start"):
        move(desk, case, action)
    with pytest.raises(Conflict) as refusal:
        move(desk, case, "approve", SECOND)
    assert refusal.value.type == "check-failed"
    found = desk.store["cases"].require(case["_id"])
    call = a_call(SECOND, body={"reasons": ["x"]}, if_match=found["version"])
    with pytest.raises(Conflict) as refusal:
        usecases.override(desk, call, case["_id"], "qualification-1")
    assert refusal.value.type == "not-overridable"
