"""What several use cases have in common: derived ids, wards, rights of officials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.education.domain import guardians
from services.education.items import DEPARTMENT
from services.education.tools import Tools
from shared.access import Caller
from shared.division import covers
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import NotFound, Stale
from shared.events import derived_id
from shared.text import Text

LIVE_CASES = frozenset({"submitted", "returned", "accepted", "processing", "suspended"})
IN_THE_DRAW = frozenset({"accepted", "processing"})
"""States of the cases whose applications are drawn."""
OPEN_CASES = IN_THE_DRAW
"""States of the cases that can still be decided."""


def school_id(round_: str, code: str) -> str:
    """The id of the school `code` in a round."""
    return derived_id("school", round_, code)


def enrolment_id(tools: Tools, round_: str, identity: str) -> str:
    """The pseudonym of a child in a round: it follows from both, and tells nothing of the child."""
    return derived_id("enrolment", round_, tools.vault.lookup(identity.upper()))


def ward_of(store: Any, tools: Tools, caller: Caller, identity: str, today: date) -> Any:
    """The caller's guardianship of the child with this number, as the register tells, or None."""
    wards = store["wards"].find({"child": tools.vault.lookup(identity.upper())})
    return guardians.guardianship(wards, caller.subject, today)


def guards(store: Any, caller: Caller, child: str, today: date) -> bool:
    """Whether the register names `caller` as the guardian of the child (keyed lookup) today."""
    wards = store["wards"].find({"child": child})
    return guardians.guardianship(wards, caller.subject, today) is not None


def their_round(store: Any, call: Call, id_: str) -> Document:
    """A round that the official looks after, in the version that If-Match names."""
    found = seen_round(store, call.signed_in, id_)
    if found["version"] != call.if_match:
        raise Stale(version=found["version"])
    return found


def seen_round(store: Any, caller: Caller, id_: str) -> Document:
    """A round that the official looks after, or `NotFound`."""
    found = store["rounds"].get(id_)
    if found is None or not looks_after(caller, found["division"]):
        raise no_round()
    return Document(found)


def looks_after(caller: Caller | None, division: str) -> bool:
    """Whether `caller` is an official of education whose division covers `division`."""
    return (
        caller is not None
        and caller.kind == "official"
        and caller.department == DEPARTMENT
        and covers(caller.division or "", division)
    )


def no_round() -> NotFound:
    return NotFound(Text("没有这个招生轮次", "There is no such round"))


def by(caller: Caller) -> Mapping[str, str]:
    """An official as public records name them."""
    return {"name": caller.name, "division": caller.division or ""}
