"""Reviews of registrations whose ground, the professional qualification, has changed (pure).

    entry["qualification"]  {status, at, source {provider, resource, version}, record (the receipt)}
                            as the register of qualifications said last; absent until it has said
                            anything since the registration, for which it was verified as valid
    entry["reviews"]        [{opened_at, qualification, closed {at, by, outcome, reasons} | None}]
    entry["reviewing"]      the divisions on whose desks the open review lies
    qualification: valid, revoked, or absent where the register knows no such qualification any
    more. outcome: a ruling on the registration, "kept", or "restored" (it is in force again).

Sources: Law on Doctors, Art. 13 (only who is qualified is registered) and 17 (cancellation);
Nurses Regulation, Art. 7; Administrative Licensing Law, Art. 61 and 62 (the authority supervises
what it has licensed), 70 (4) (a licence without its ground is cancelled) and 7 (the holder is heard
before).

Guarantees: a register decides nothing: it opens a review, which an official ends with reasons; the
same answer twice changes nothing, also after an official has decided on it.
Does not: suspend anybody; an official can.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.health.domain.practitioners import IN_FORCE, status_on
from shared.clock import local_day
from shared.division import ancestors
from shared.errors import Conflict
from shared.text import Text

Entry = Mapping[str, Any]

VALID, ABSENT = "valid", "absent"
KEPT, RESTORED = "kept", "restored"
ENDING = frozenset({"revocation", "cancellation"})
"""Rulings that end a review; a suspension lasts until it is decided."""
SYSTEM: Mapping[str, Any] = {"kind": "system", "account": None, "name": None}


def follows(entry: Entry, now: datetime) -> bool:
    """Whether the registration is in force, so that its ground matters."""
    return status_on(entry, local_day(now).isoformat()) in IN_FORCE


def under_review(entry: Entry) -> Mapping[str, Any] | None:
    """The review that is open."""
    last = entry.get("reviews", [])[-1:]
    return last[0] if last and last[0]["closed"] is None else None


def answered(entry: Entry, told: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The entry after the register has `told` {status, at, source, record}; None where that is
    what it told before."""
    if told["status"] == entry.get("qualification", {}).get("status", VALID):
        return None
    after = {**entry, "qualification": dict(told)}
    if told["status"] == VALID:
        return closed(after, RESTORED, SYSTEM, [], now)
    return after if under_review(entry) else _opened(after, now)


def _opened(entry: Entry, now: datetime) -> dict[str, Any]:
    review = {"opened_at": now, "qualification": dict(entry["qualification"]), "closed": None}
    former, desks = entry.get("reviews", []), list(ancestors(entry["division"]))
    return {**entry, "reviews": [*former, review], "reviewing": desks}


def closed(
    entry: Entry, outcome: str, by: Mapping[str, Any], reasons: list[str], now: datetime
) -> dict[str, Any]:
    """The entry without an open review; as it is, where there is none."""
    if under_review(entry) is None:
        return dict(entry)
    end = {"at": now, "by": dict(by), "outcome": outcome, "reasons": reasons}
    *former, last = entry["reviews"]
    kept = {name: value for name, value in entry.items() if name != "reviewing"}
    return {**kept, "reviews": [*former, {**last, "closed": end}]}


def kept(entry: Entry, by: Mapping[str, Any], reasons: list[str], now: datetime) -> dict[str, Any]:
    """The entry after an official has found that the registration stands."""
    if under_review(entry) is None:
        told = Text("该注册没有正在进行的核查", "No review of this registration is open")
        raise Conflict(told, type="not-under-review")
    return closed(entry, KEPT, by, reasons, now)
