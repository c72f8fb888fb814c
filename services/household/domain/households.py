"""A household on the register, its members, and how both change (pure).

    household  {_id, division, number, kind, address {street, community, detail}, members [Member],
                current [person], wards_of [person], history [{number, at, action, by, reason,
                member, digest}]}
    Member     {id, person, masked, name, born, relation, from_day, until_day, left, sealed,
                guardians [{person, masked, name, relation}]}
    person: the keyed lookup of a resident identity number. current: of the members of today;
    wards_of: of the guardians of its minors; both are absent where they would be empty.

Source: Regulation on Household Registration (户口登记条例, 1958), Art. 5 (household and head), 6
(one place only), 7, 8, 10 (births, deaths, moves), 17 (corrections).
Guarantees: a household in which anybody lives has exactly one head, unless it is a collective one;
nobody is in it twice at a time; every change is kept with who made it and why.
Does not: see other households; that a person is in one only, the store's unique index guarantees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.household.domain.relations import HEAD
from shared.errors import Conflict, NotFound
from shared.text import Text

Household = Mapping[str, Any]
Member = Mapping[str, Any]

KINDS: Mapping[str, Text] = {
    "family": Text("家庭户", "Family household"),
    "collective": Text("集体户", "Collective household"),
}
MOST_MEMBERS = 200
"""A larger collective household is kept under several numbers."""


def members_now(household: Household) -> list[Member]:
    """Those who have not left."""
    return [member for member in household["members"] if member["until_day"] is None]


def current_member(household: Household, person: str) -> Member | None:
    """The member of today with this lookup, or None."""
    return next((m for m in members_now(household) if m["person"] == person), None)


def entered(
    id_: str, given: Mapping[str, Any], members: Sequence[Member], by: str, digest: str, now: Any
) -> dict[str, Any]:
    """A new household. given: {division, number, kind, address}."""
    bare = {"_id": id_, **given, "members": [], "history": []}
    return _noted({**bare, "members": list(members)}, "entered", by, now, digest=digest)


def joined(before: Household, member: Member, by: str, now: datetime) -> dict[str, Any]:
    """`member` belongs to the household."""
    if len(before["members"]) >= MOST_MEMBERS:
        detail = Text(f"一户最多 {MOST_MEMBERS} 条登记", f"{MOST_MEMBERS} entries at the most")
        raise Conflict(detail, type="household-full")
    if current_member(before, member["person"]):
        detail = Text("已是该户成员", "Is a member of this household already")
        raise Conflict(detail, type="registered-already")
    after = {**before, "members": [*before["members"], member]}
    return _noted(after, "joined", by, now, member=member["id"])


def departed(
    before: Household, member_id: str, until_day: str, left: str, by: str, now: datetime
) -> dict[str, Any]:
    """The member belongs to it up to `until_day`; a head leaves last."""
    member = _present(before, member_id)
    if member["relation"] == HEAD and before["kind"] == "family" and len(members_now(before)) > 1:
        detail = Text("请先变更户主", "Name another head first (Art. 5)")
        raise Conflict(detail, type="head-remains")
    after = _with(before, member_id, lambda m: {**m, "until_day": until_day, "left": left})
    return _noted(after, "departed", by, now, member=member_id, reason=left)


def corrected(
    before: Household, member_id: str, changes: Mapping[str, Any], by: str, reason: str, now: Any
) -> dict[str, Any]:
    """What the entry of a member says is put right; the relation of a head stays."""
    member = _present(before, member_id)
    relation = changes.get("relation", member["relation"])
    if (relation == HEAD) != (member["relation"] == HEAD):
        detail = Text("户主请通过变更户主办理", "Another head is named by a change of head")
        raise Conflict(detail, type="change-of-head")
    after = _with(before, member_id, lambda m: {**m, **changes})
    return _noted(after, "corrected", by, now, member=member_id, reason=reason)


def moved_house(
    before: Household, address: Mapping[str, Any], by: str, reason: str, now: datetime
) -> dict[str, Any]:
    """The household lives elsewhere in its division, or its address is put right."""
    return _noted({**before, "address": dict(address)}, "address", by, now, reason=reason)


def headed(
    before: Household, relations: Mapping[str, str], by: str, reason: str, now: datetime
) -> dict[str, Any]:
    """Another head; relations: of every member of today, to the new head."""
    present = {member["id"] for member in members_now(before)}
    if relations.keys() != present:
        detail = Text("应列明每一现有成员", "Name each member of today, and no other")
        raise Conflict(detail, type="relations-incomplete")
    if list(relations.values()).count(HEAD) != 1:
        raise Conflict(Text("应有且只有一名户主", "Exactly one head is needed"), type="one-head")
    members = [
        {**m, "relation": relations[m["id"]]} if m["id"] in present else m
        for m in before["members"]
    ]
    return _noted({**before, "members": members}, "headed", by, now, reason=reason)


def _present(household: Household, member_id: str) -> Member:
    found = next((m for m in members_now(household) if m["id"] == member_id), None)
    if found is None:
        raise NotFound(Text("该户没有这名现有成员", "No such member of today"))
    return found


def _with(before: Household, member_id: str, change: Callable[[Member], Member]) -> dict[str, Any]:
    members = [change(m) if m["id"] == member_id else m for m in before["members"]]
    return {**before, "members": members}


def _noted(household: Household, action: str, by: str, now: Any, **told: Any) -> dict[str, Any]:
    line = {"number": len(household["history"]) + 1, "at": now, "action": action, "by": by, **told}
    after = {**household, "history": [*household["history"], line]}
    return {**_unfound(after), **_found_by(after)}


def _unfound(household: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in household.items() if k not in ("current", "wards_of")}


def _found_by(household: Household) -> dict[str, list[str]]:
    """What the register finds a household by."""
    present = members_now(household)
    guards = {g["person"] for member in present for g in member["guardians"]}
    found = {"current": [m["person"] for m in present], "wards_of": sorted(guards)}
    return {name: lookups for name, lookups in found.items() if lookups}
