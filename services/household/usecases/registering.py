"""Officials enter households and correct them: load, rule, save.

Guarantees: a person is a member of one household at a time, however many officials enter at once
(Regulation on Household Registration, Art. 6): the lookups of today's members are a unique key.
The same entry again gives the same household. Numbers are sealed before they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.household.domain import entries, households
from services.household.usecases.sealing import number_of, sealed
from services.household.usecases.telling import told
from shared.access import Caller
from shared.age import birth_date
from shared.clock import local_day
from shared.division import covers, exists
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, Duplicate, FieldError, Invalid, NotFound, Stale
from shared.events import derived_id
from shared.personal import Vault, mask_identity
from shared.text import Text

DEPARTMENT = "public-security"


def household_id(division: str, number: str) -> str:
    """The id of the household with this number in its division."""
    return derived_id("household", division, number)


def enter(store: Storage, vault: Vault, call: Call) -> Document:
    """The household that an official enters."""
    body = call.body
    if not (exists(body["division"]) and looks_after(call.signed_in, body["division"])):
        detail = Text("不在您的管辖范围内", "Not in your division")
        raise Invalid(errors=[FieldError("/division", detail, "division")])
    id_ = household_id(body["division"], body["number"])
    digest = vault.lookup(call.digest, "request")
    before = store["households"].get(id_)
    if before is not None:
        return _same(before, digest)
    _refuse(entries.household_faults(body["kind"], body["members"], local_day(call.now)))
    given = {name: body[name] for name in ("division", "number", "kind", "address")}
    members = [_member(vault, id_, place, one) for place, one in enumerate(body["members"])]
    fresh = households.entered(id_, given, members, call.signed_in.subject, digest, call.now)
    changed = told(None, fresh, vault, call.now)
    return _one_place(lambda: store["households"].ensure(fresh, changed))


def _same(before: Document, digest: str) -> Document:
    if before["history"][0].get("digest") != digest:
        detail = Text("该户号已登记", "There is a household of this number")
        raise Conflict(detail, type="registered-already")
    return before


def join(store: Storage, vault: Vault, call: Call, id_: str) -> Document:
    """Somebody is born into a household, or moves in."""
    before = current(store, call, id_)
    present = households.members_now(before)
    _refuse(entries.joining_faults(before["kind"], call.body, present, local_day(call.now)))
    member = _member(vault, id_, len(before["members"]), call.body)
    after = households.joined(before, member, call.signed_in.subject, call.now)
    changed = told(before, after, vault, call.now)
    return _one_place(lambda: store["households"].save(before, after, changed))


def depart(store: Storage, vault: Vault, call: Call, id_: str, member_id: str) -> Document:
    """A member has moved away or died."""
    before, body = current(store, call, id_), call.body
    by = call.signed_in.subject
    after = households.departed(before, member_id, body["until_day"], body["left"], by, call.now)
    member = _entry(before, member_id)
    today = local_day(call.now)
    _refuse(entries.leaving_faults(member["from_day"], body["until_day"], today))
    return store["households"].save(before, after, told(before, after, vault, call.now))


def correct(store: Storage, vault: Vault, call: Call, id_: str, member_id: str) -> Document:
    """What the entry of a member says is put right."""
    before, body = current(store, call, id_), call.body
    changes = {name: body[name] for name in ("name", "relation") if name in body}
    if "guardians" in body:
        changes |= _guarded(vault, before, member_id, body["guardians"], local_day(call.now))
    by, reason = call.signed_in.subject, body["reason"]
    after = households.corrected(before, member_id, changes, by, reason, call.now)
    return store["households"].save(before, after, told(before, after, vault, call.now))


def move_house(store: Storage, vault: Vault, call: Call, id_: str) -> Document:
    """Another address in the same division."""
    before, body = current(store, call, id_), call.body
    by = call.signed_in.subject
    after = households.moved_house(before, body["address"], by, body["reason"], call.now)
    return store["households"].save(before, after, told(before, after, vault, call.now))


def change_head(store: Storage, vault: Vault, call: Call, id_: str) -> Document:
    """Another member is the head, and everybody's relation is told anew."""
    before, body = current(store, call, id_), call.body
    by = call.signed_in.subject
    after = households.headed(before, body["relations"], by, body["reason"], call.now)
    return store["households"].save(before, after, told(before, after, vault, call.now))


def current(store: Storage, call: Call, id_: str) -> Document:
    """A household that the official looks after, in the version that If-Match names."""
    found = read(store, call, id_)
    if found["version"] != call.if_match:
        raise Stale(version=found["version"])
    return found


def read(store: Storage, call: Call, id_: str) -> Document:
    """A household that the official looks after, or `NotFound`."""
    found = store["households"].get(id_)
    if found is None or not looks_after(call.signed_in, found["division"]):
        raise NotFound(Text("没有这一户", "There is no such household"))
    return found


def search(store: Storage, vault: Vault, call: Call) -> list[Document]:
    """The household that somebody lives in, or that has a number; none of another division."""
    wanted = call.body
    if "identity" in wanted:
        found = of_member(store, vault, wanted["identity"])
    else:
        id_ = household_id(wanted.get("division", ""), wanted.get("number", ""))
        found = store["households"].get(id_)
    seen = found is not None and looks_after(call.signed_in, found["division"])
    return [found] if found is not None and seen else []


def of_member(store: Storage, vault: Vault, identity: str) -> Document | None:
    """The household in which the person with this number is a member today."""
    found = store["households"].find({"current": vault.lookup(identity)}, limit=1)
    return found[0] if found else None


def looks_after(caller: Caller, division: str) -> bool:
    """Whether `caller` is an official of public security whose division covers `division`."""
    return caller.department == DEPARTMENT and covers(caller.division or "", division)


def _refuse(faults: Iterator[FieldError]) -> None:
    if found := list(faults):
        raise Invalid(errors=found)


def _one_place(write: Callable[[], Document]) -> Document:
    try:
        return write()
    except Duplicate:
        detail = Text(
            "有成员已登记在其他户，应先办理迁出（户口登记条例第六条）",
            "Somebody is a member of another household and has to leave it first (Art. 6)",
        )
        raise Conflict(detail, type="registered-elsewhere") from None


def _member(vault: Vault, household: str, place: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a member as it is kept, in its `place` among those of the household."""
    id_ = derived_id("member", household, place)
    return {
        "id": id_,
        "person": vault.lookup(given["identity"]),
        "masked": mask_identity(given["identity"]),
        "name": given["name"],
        "born": birth_date(given["identity"]).isoformat(),
        "relation": given["relation"],
        "from_day": given["from_day"],
        "until_day": None,
        "left": None,
        "guardians": [_guardian(vault, one) for one in given["guardians"]],
        "sealed": sealed(vault, id_, given["identity"], given["guardians"]),
    }


def _guardian(vault: Vault, given: Mapping[str, Any]) -> dict[str, Any]:
    number = given["identity"]
    told = {"name": given["name"], "relation": given["relation"]}
    return {"person": vault.lookup(number), "masked": mask_identity(number), **told}


def _guarded(
    vault: Vault,
    household: Document,
    member_id: str,
    guardians: Sequence[Mapping[str, Any]],
    today: date,
) -> dict[str, Any]:
    identity = number_of(vault, _entry(household, member_id))
    _refuse(entries.guardian_faults(identity, guardians, today, ""))
    return {
        "guardians": [_guardian(vault, one) for one in guardians],
        "sealed": sealed(vault, member_id, identity, guardians),
    }


def _entry(household: Document, member_id: str) -> Mapping[str, Any]:
    found = next((m for m in household["members"] if m["id"] == member_id), None)
    if found is None:
        raise NotFound(Text("该户没有这名成员", "No such member"))
    entry: Mapping[str, Any] = found
    return entry
