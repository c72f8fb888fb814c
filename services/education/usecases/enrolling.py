"""The application of a guardian for a child, and the claim it lays to the child's enrolment.

Guarantees: one enrolment for a child in a round, whoever applies: its id follows from both. An
application that got in while the round was open is in the draw or visibly was not accepted: the
claim is written first and the round is read again, and the draw does the reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.education.domain import guardians, rounds
from services.education.tools import Tools
from services.education.usecases.common import LIVE_CASES, enrolment_id, school_id
from services.education.usecases.proving import is_proven, is_refuted, known_guardian
from shared.age import birth_date
from shared.clock import local_day
from shared.department import Application
from shared.documents import Document
from shared.errors import FieldError
from shared.races import until_fresh
from shared.text import Text

Form = Mapping[str, Any]


def check(store: Any, tools: Tools, application: Application) -> Sequence[FieldError]:
    """What is wrong with an enrolment; where nothing is, the child's enrolment is claimed.

    Who is not proven to be the guardian yet learns nothing of the child: whatever stands in the way
    is told as if the register named nobody.
    """
    form, today = application.form, local_day(application.now)
    proven = known_guardian(store, tools, application) is not None
    round_ = store["rounds"].get(form["round"])
    found = [
        *_round_faults(store, round_, application, today),
        *(_terms_faults(store, round_, form) if round_ else ()),
    ]
    if found or round_ is None:
        return found
    child = tools.vault.lookup(form["child"]["identity"].upper())
    taken = [*_elsewhere(store, round_, child)] or _claimed(store, tools, application, proven)
    return taken if proven or not taken else [guardians.no_guardian("/child/identity")]


def _round_faults(
    store: Any, round_: Any, application: Application, today: date
) -> Iterator[FieldError]:
    if round_ is None or round_["state"] == "preparing":
        yield _fault("/round", "round", "没有这个招生轮次", "There is no such round")
    elif round_["division"] != application.division:
        yield _fault("/round", "division", "该轮次不属于所选区划", "A round of another division")
    elif not _takes(store, round_, application, today):
        yield closed()


def _takes(store: Any, round_: Any, application: Application, today: date) -> bool:
    if rounds.is_open(round_, today):
        return True
    case = store["cases"].get(application.id)
    return case is not None and case["state"] == "returned" and rounds.takes_corrections(round_)


def _terms_faults(store: Any, round_: Any, form: Form) -> Iterator[FieldError]:
    yield from rounds.age_faults(round_, birth_date(form["child"]["identity"]))
    choices = form["choices"]
    if len(set(choices)) < len(choices):
        yield _fault("/choices", "unique", "志愿学校不得重复", "The same school twice")
    if len(choices) > round_["most_choices"]:
        most = round_["most_choices"]
        yield _fault("/choices", "most", f"最多填报 {most} 个志愿", f"{most} choices at the most")
    known = store["schools"].get_many([school_id(round_["_id"], code) for code in choices])
    for place, code in enumerate(choices):
        if school_id(round_["_id"], code) not in known:
            text = "该校不在本轮次中", "Not a school of this round"
            yield _fault(f"/choices/{place}", "school", *text)


def _elsewhere(store: Any, round_: Any, child: str) -> Iterator[FieldError]:
    """One place for a child in a year, whatever the round; rehearsals do not count."""
    for other in store["enrolments"].find({"child": child}):
        rival = store["rounds"].require(other["round"])
        if (
            other["round"] != round_["_id"]
            and not (rival["rehearsal"] or round_["rehearsal"])
            and rival["year"] == round_["year"]
            and _is_live(store, other)
        ):
            text = "该儿童在其他轮次已有申请或者学位", "The child applied or has a place elsewhere"
            yield _fault("/child/identity", "applied-elsewhere", *text)


def _is_live(store: Any, enrolment: Document) -> bool:
    if enrolment["state"] == "entered":
        case = store["cases"].get(enrolment["case"])
        return case is not None and case["state"] in LIVE_CASES
    return enrolment["state"] in ("offered", "waiting", "admitted")


def _claimed(
    store: Any, tools: Tools, application: Application, proven: bool
) -> Sequence[FieldError]:
    claim, today = _claim(tools, application, proven), local_day(application.now)
    if not until_fresh(lambda: _laid(store, claim, application, proven)):
        return [_applied_already()]
    again = store["rounds"].require(claim["round"])
    return [] if _takes(store, again, application, today) else [closed()]


def _laid(store: Any, claim: dict[str, Any], application: Application, proven: bool) -> bool:
    """Lay the claim, unless another application holds the place."""
    before = store["enrolments"].get(claim["_id"])
    if before is None:
        store["enrolments"].add(claim)
        return True
    own = before["case"] == application.id
    if not own and not _is_free(store, before, application, proven):
        return False
    if before["state"] not in ("entered", "withdrawn"):
        return False
    kept = {k: v for k, v in before.items() if k != "unproven"}
    store["enrolments"].save(before, {**kept, **claim, "history": before["history"]})
    return True


def _is_free(store: Any, before: Document, application: Application, proven: bool) -> bool:
    """Whether an earlier application for the child is over, never came to be, or gives way: that
    of somebody who is found to be no guardian to anybody's, of who is not proven to the guardian's.
    """
    case = store["cases"].get(before["case"])
    if case is None:
        return bool(before["claimed_at"] + rounds.LEASE < application.now)
    if "unproven" in before and not is_proven(store, before, local_day(application.now)):
        return proven or is_refuted(case)
    return case["state"] not in LIVE_CASES and before["state"] in ("entered", "withdrawn")


def _claim(tools: Tools, application: Application, proven: bool) -> dict[str, Any]:
    form = application.form
    open_ = {} if proven else {"unproven": form["round"]}
    return {
        **open_,
        "_id": enrolment_id(tools, form["round"], form["child"]["identity"]),
        "round": form["round"],
        "case": application.id,
        "guardian": application.caller.subject,
        "child": tools.vault.lookup(form["child"]["identity"].upper()),
        "choices": list(form["choices"]),
        "coordinate": form["coordinate"],
        "facts": facts_of(form),
        "state": "entered",
        "unanswered": form["round"],
        "accepted": False,
        "waits_at": [],
        "claimed_at": application.now,
        "history": [],
    }


def facts_of(form: Form) -> dict[str, Any]:
    """What the classes are found by: areas, not addresses."""
    return {name: form[name] for name in ("household", "home", "residence_permit", "siblings")}


def closed() -> FieldError:
    """The window is not open."""
    return _fault("/round", "window", "不在报名时间内", "The window is not open")


def _applied_already() -> FieldError:
    return FieldError(
        "/child/identity",
        Text("该儿童在本轮次已有申请", "There is an application for this child in this round"),
        "applied-already",
    )


def _fault(pointer: str, rule: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, Text(zh, en), rule)
