"""Delegation of powers (权力下放): an authority's power over an item, given to divisions below it.

A *power* is all there is to say about delegations of one item, one document:
    {_id: item code, delegations: [{id, from_division, delegates, from_day, until_day,
     legal_basis, revoked}]}        revoked: None or {from_day, legal_basis}; days included
Guarantees: on no day are two delegations of one item in force for the same delegate; what was
delegated is kept when it is revoked. Pure. Does not: route cases (departments hear the events).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.catalogue.domain.versions import day_before, earlier
from shared import division
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.text import Text

Delegation = Mapping[str, Any]


def last_day(delegation: Delegation) -> str | None:
    """The last day on which `delegation` is in force; None: without end."""
    revoked = delegation["revoked"]
    return earlier(delegation["until_day"], day_before(revoked["from_day"]) if revoked else None)


def is_in_force(delegation: Delegation, day: str) -> bool:
    """Whether `delegation` is in force on `day`."""
    last = last_day(delegation)
    return delegation["from_day"] <= day and (last is None or day <= last)


def _overlap(one: Delegation, other: Delegation) -> bool:
    ends, others_end = last_day(one), last_day(other)
    return (others_end is None or one["from_day"] <= others_end) and (
        ends is None or other["from_day"] <= ends
    )


def faults(
    delegation: Delegation, *, today: str, exercised_by: Collection[str], known: Collection[str]
) -> list[FieldError]:
    """What is wrong with a delegation by itself.

    exercised_by: divisions that exercise the item's power. known: divisions that exist.
    """
    giver, delegates = delegation["from_division"], delegation["delegates"]
    found = []
    if giver not in exercised_by:
        detail = Text("该区划不行使此项权力", "This division does not exercise this power")
        found.append(FieldError("/from_division", detail, "not-exercised"))
    for index, delegate in enumerate(delegates):
        pointer = f"/delegates/{index}"
        if delegate not in known:
            detail = Text("没有这个行政区划", "There is no such division")
            found.append(FieldError(pointer, detail, "division-unknown"))
        elif delegate == giver or not division.covers(giver, delegate):
            detail = Text("只能下放给所辖的行政区划", "Only a division within the giver's own")
            found.append(FieldError(pointer, detail, "not-below"))
        elif delegate in delegates[:index]:
            found.append(FieldError(pointer, Text("重复", "Named twice"), "repeated"))
    return found + _faulty_days(delegation, today)


def _faulty_days(delegation: Delegation, today: str) -> list[FieldError]:
    first, until = delegation["from_day"], delegation["until_day"]
    found = []
    if first < today:
        detail = Text("下放不得追溯既往", "A delegation does not begin in the past")
        found.append(FieldError("/from_day", detail, "in-the-past"))
    if until is not None and until < first:
        detail = Text("截止日期不得早于开始日期", "Ends before it begins")
        found.append(FieldError("/until_day", detail, "ends-after-beginning"))
    return found


def granted(power: Mapping[str, Any], delegation: Delegation) -> dict[str, Any]:
    """`power` with `delegation`; `Conflict` where a delegate has the power already."""
    for other in power["delegations"]:
        twice = set(other["delegates"]) & set(delegation["delegates"])
        if twice and _overlap(other, delegation):
            named = ", ".join(sorted(twice))
            raise Conflict(
                Text(f"该期间已下放给：{named}", f"Already delegated in that time to: {named}"),
                type="already-delegated",
                delegation=other["id"],
            )
    return {**power, "delegations": [*power["delegations"], dict(delegation)]}


def find(power: Mapping[str, Any], id_: str) -> Delegation:
    """The delegation `id_` of `power`, or `NotFound`."""
    for delegation in power["delegations"]:
        if delegation["id"] == id_:
            found: Delegation = delegation
            return found
    raise NotFound()


def revoked(
    power: Mapping[str, Any], id_: str, *, from_day: str, legal_basis: Mapping[str, str], today: str
) -> dict[str, Any]:
    """`power` with the delegation `id_` no longer in force from `from_day` on."""
    delegation = find(power, id_)
    last = last_day(delegation)
    if delegation["revoked"] or (last is not None and last < from_day):
        raise Conflict(Text("该下放已终止", "This delegation has ended already"), type="ended")
    if from_day < today:
        detail = Text("收回不得追溯既往", "A revocation does not begin in the past")
        raise Invalid(errors=[FieldError("/from_day", detail, "in-the-past")])
    end = {"from_day": from_day, "legal_basis": dict(legal_basis)}
    changed = {**delegation, "revoked": end}
    return {
        **power,
        "delegations": [changed if d["id"] == id_ else d for d in power["delegations"]],
    }
