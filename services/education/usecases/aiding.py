"""Student aid: once a student and school year, in the grade that the published rules give.

Guarantees: who applies for a minor is the registered guardian; a grant is claimed when it is
applied for, so that two applications for a student do not both succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.education.domain import aid, guardians, rounds
from services.education.tools import Tools
from services.education.usecases.common import ward_of
from shared.age import birth_date, is_minor
from shared.clock import local_day
from shared.department import Application, Fulfilment
from shared.documents import Document
from shared.errors import Conflict, FieldError
from shared.events import derived_id
from shared.races import until_fresh
from shared.text import Text


def check(store: Any, tools: Tools, application: Application) -> Sequence[FieldError]:
    """What is wrong with an application; where nothing is, the school year is claimed for it."""
    form, today = application.form, local_day(application.now)
    identity = form["student"]["identity"]
    ward = ward_of(store, tools, application.caller, identity, today)
    if ward is None and is_minor(birth_date(identity), today):
        return [guardians.no_guardian("/student/identity")]
    if not aid.amount_of(form):
        text = Text("不符合公布的困难等级", "None of the published grades fits")
        return [FieldError("/income", text, "grade")]
    if not until_fresh(lambda: _claimed(store, _grant_id(tools, identity, today), application)):
        text = Text("该学生本学年已有申请或者资助", "Applied for or granted in this school year")
        return [FieldError("/student/identity", text, "applied-already")]
    return []


def _claimed(store: Any, id_: str, application: Application) -> bool:
    """Claim the school year, unless another application holds it."""
    claim = {"_id": id_, "case": application.id, "claimed_at": application.now, "amount": 0}
    before = store["grants"].get(id_)
    if before is None:
        store["grants"].add(claim)
    elif before["case"] != application.id:
        if not _is_free(store, before, application):
            return False
        store["grants"].save(before, claim)
    return True


def _is_free(store: Any, before: Document, application: Application) -> bool:
    """Whether the application that claimed it came to nothing."""
    case = store["cases"].get(before["case"])
    if case is None:
        return bool(before["claimed_at"] + rounds.LEASE < application.now)
    if case["state"] in ("refused", "closed"):
        return all(entry["action"] != "approve" for entry in case["history"])
    return case["state"] in ("withdrawn", "declined")


def grant(store: Any, tools: Tools, fulfilment: Fulfilment) -> dict[str, Any]:
    """Record the grant under the claim of its case."""
    form, day = fulfilment.form, local_day(fulfilment.decided_at)
    applied = date.fromisoformat(_applied_on(store, fulfilment.id))
    id_ = _grant_id(tools, form["student"]["identity"], applied)
    before = store["grants"].require(id_)
    if before["case"] != fulfilment.id:
        raise Conflict(Text("该学年已有其他资助", "Another case holds this school year"))
    grade, amount = aid.grade_of(form), aid.amount_of(form)
    if not before["amount"]:
        after = {**before, "grade": grade, "amount": amount, "granted_on": day.isoformat()}
        store["grants"].save(before, after)
    return {"school_year": aid.school_year(applied), "grade": grade, "amount": amount}


def _applied_on(store: Any, case: str) -> str:
    found: str = store["cases"].require(case)["received_on"]
    return found


def _grant_id(tools: Tools, identity: str, day: date) -> str:
    return derived_id("grant", tools.vault.lookup(identity.upper()), aid.school_year(day))
