"""Who is proven to be a child's guardian, and what else of an enrolment the registers confirm.

Guarantees: what an applicant says of it counts for nothing: a guardian is whom identity's register
names (by its events), whom the household register named when it was read for the applicant, or
confirmed when it was asked, or whom an official has established from the originals.
Does not: ask; the department does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.education.tools import Tools
from services.education.usecases.common import guards, school_id, ward_of
from shared.access import Caller
from shared.clock import local_day
from shared.department.checks import FAILS, is_settled
from shared.department.facts import Fact
from shared.department.practice import Application, Question
from shared.department.usecases import PERSON
from shared.documents import Storage
from shared.personal import Vault

GUARDIANSHIP = "guardianship"
CHILD = "/child/identity"
MOST_SIBLINGS = 100
IDENTITY = {"provider": "identity", "resource": GUARDIANSHIP, "version": 1}
PLACES = ("division", "street", "community")


def guardian_question(store: Any, tools: Tools, asked: Application) -> Question:
    """Whether the applicant is the child's guardian, with what is known of it already."""
    key = {"child": asked.form["child"]["identity"], "guardian": PERSON}
    return Question(CHILD, key, {"in_force": True}, known=known_guardian(store, tools, asked))


def known_guardian(store: Any, tools: Tools, asked: Application) -> Fact | None:
    """What proves at the submission that the applicant is the guardian; None where nothing does."""
    if CHILD in asked.held:
        return asked.held[CHILD]
    identity, today = asked.form["child"]["identity"], local_day(asked.now)
    if ward_of(store, tools, asked.caller, identity, today) is None:
        return None
    at = asked.now.isoformat(timespec="milliseconds")
    return Fact(CHILD, identity, IDENTITY, at, None, {}, asked.caller.subject)


def household_questions(asked: Application) -> Iterator[Question]:
    """Whether the child is registered where it is stated; nothing where it was read there."""
    household = asked.form["household"]
    stated = [n for n in PLACES if household.get(n) and f"/household/{n}" not in asked.held]
    if stated:
        key = {"identity_number": asked.form["child"]["identity"]}
        claims = {name: household[name] for name in PLACES if household.get(name)}
        yield Question(f"/household/{stated[0]}", key, claims)


def is_proven(store: Any, enrolment: Mapping[str, Any], today: date) -> bool:
    """Whether who applied is the guardian: as identity's register or the case's check says."""
    wards = store["wards"].find({"child": enrolment["child"]})
    own = [w for w in wards if w["guardian"] == enrolment["guardian"]]
    return bool(own and _in_force(own, today)) or case_proves(store, enrolment["case"])


def _in_force(wards: list[Any], today: date) -> bool:
    day = today.isoformat()
    return any(w["from_day"] <= day <= (w["until_day"] or day) for w in wards)


def case_proves(store: Any, case_id: str) -> bool:
    """Whether the case's guardianship is confirmed, or established from the originals."""
    case = store["cases"].get(case_id)
    checks = case.get("checks", ()) if case else ()
    return any(check["name"] == GUARDIANSHIP and is_settled(check) for check in checks)


def is_refuted(case: Mapping[str, Any]) -> bool:
    """Whether the register has said that the applicant is not the guardian."""
    checks = (c for c in case.get("checks", ()) if c["name"] == GUARDIANSHIP)
    return any(check["state"] == FAILS and not is_settled(check) for check in checks)


def may_act(store: Any, caller: Caller, enrolment: Mapping[str, Any], today: date) -> bool:
    """Whether `caller` is the child's guardian today, who applied or not."""
    applied = enrolment["guardian"] == caller.subject and case_proves(store, enrolment["case"])
    return applied or guards(store, caller, enrolment["child"], today)


def sibling_schools(
    store: Storage, vault: Vault, key: Mapping[str, Any]
) -> dict[str, list[str]] | None:
    """{schools}: the schools of the round that other wards of the guardian were admitted to; None
    where there is no such round."""
    round_ = store["rounds"].get(key["round"])
    if round_ is None:
        return None
    child = vault.lookup(key["child"])
    found = store["enrolments"].find({"guardian": key["guardian"]}, limit=MOST_SIBLINGS)
    admitted = [e for e in found if e["state"] == "admitted" and e["child"] != child]
    known = store["rounds"].get_many({e["round"] for e in admitted})
    codes = {e["offer"]["school"] for e in admitted if not known[e["round"]]["rehearsal"]}
    there = store["schools"].get_many(school_id(key["round"], code) for code in codes)
    return {"schools": sorted(school["code"] for school in there.values())}
