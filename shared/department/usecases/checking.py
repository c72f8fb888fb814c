"""Verifications after the submission: asked at once, and again until the registers answer.

Guarantees: no submission waits for a register; what was asked is kept with the case, sealed, so
that the answer is to what was submitted; asking twice changes nothing. A register or an exchange
that is away costs one attempt a sweep. Does not: decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from shared.department import checks
from shared.department.practice import Application, Practice, Question
from shared.department.usecases.desk import Desk, current, official_case, saved
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Invalid, ServiceError, Stale
from shared.events import derived_id

PERSON = "@person"
"""In a key or claim: the keyed lookup of the applicant's own identity number."""
PATIENCE = 1.0
"""Seconds that identity may take."""
SWEEP_LIMIT = 100
LONGEST_PAUSE = 10
"""Sweeps that pass, at most, until a register that is away is asked again."""
ATTEMPTS = 5


def opened(
    desk: Desk, practice: Practice, application: Application, case: Mapping[str, Any]
) -> dict[str, Any]:
    """`case` with the checks of `application`; what has been confirmed already stays confirmed."""
    if not practice.verifications:
        return dict(case)
    found, questions = [], {}
    for verification in practice.verifications:
        for n, question in enumerate(verification.questions(desk.store, application), 1):
            id_, asked = f"{verification.name}-{n}", _told(question, verification.purpose)
            digest = desk.vault.lookup(_canonical([verification.name, asked]), "check")
            check = checks.opened(verification, question, id_, digest)
            found.append({**checks.carried(check, case.get("checks", ())), "id": id_})
            questions[id_] = asked
    sealed = desk.vault.seal_json(questions, _context(case))
    return {**case, "checks": found, "questions": sealed}


def _told(question: Question, purpose: str) -> dict[str, Any]:
    return {"key": dict(question.key), "claims": dict(question.claims), "purpose": purpose}


def ask(desk: Desk, case_id: str) -> set[str]:
    """Ask the registers what is pending of the case, and keep their answers.

    The resources that would refuse every other case as well, or are away.
    """
    answers: dict[str, Answer] = {}
    for _ in range(ATTEMPTS):
        case = desk.store["cases"].get(case_id)
        if case is None or not checks.asking(case):
            break
        answers |= _answers(desk, case, answers)
        found = [checks.answered(c, answers[c["digest"]].told) if c["digest"] in answers else c
                 for c in case["checks"]]  # fmt: skip
        try:
            if found != case["checks"]:
                saved(desk, case, {**case, "checks": found})
            break
        except Stale:
            continue
    return {answer.stopped for answer in answers.values() if answer.stopped}


class Answer(NamedTuple):
    """What a check takes in; stopped: the resource, where asking for others is of no use now."""

    told: Mapping[str, Any]
    stopped: str = ""


def _answers(desk: Desk, case: Document, known: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to what is pending, by the digest of the question."""
    questions = desk.vault.open_json(bytes(case["questions"]), _context(case))
    open_ = {c["digest"]: c for c in case["checks"] if c["state"] == checks.PENDING}
    return {
        digest: _asked(desk, case, check, questions[check["id"]])
        for digest, check in open_.items()
        if digest not in known
    }


def _asked(desk: Desk, case: Document, check: checks.Check, question: Mapping[str, Any]) -> Answer:
    try:
        verdict = desk.sharing.verify(
            check["resource"],
            _resolved(desk, case, question["key"]),
            claims=_resolved(desk, case, question["claims"]),
            purpose=question["purpose"],
            case=f"{desk.service}/{case['_id']}",
            item=case["item"],
            id=derived_id("check", case["_id"], check["digest"]),
        )
    except Invalid as refusal:
        return Answer({"problem": refusal.type})
    except ServiceError as refusal:
        return Answer({"problem": refusal.type}, stopped=check["resource"])
    source = verdict.origin.told()
    state, at = checks.HOLDS if verdict.holds else checks.FAILS, source.pop("at")
    return Answer({"state": state, "at": at, "source": source, "record": verdict.receipt.told()})


def _resolved(desk: Desk, case: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    if PERSON not in values.values():
        return dict(values)
    account = case["applicant"]["account"]
    subjects = desk.identity.data_subjects(account=account, timeout=PATIENCE)
    own = next((s["person"] for s in subjects if s["relation"] == "self"), None)
    return {name: own if value == PERSON else value for name, value in values.items()}


def override(desk: Desk, call: Call, case_id: str, check_id: str) -> Document:
    """An official decides without a check, with reasons, where the law allows it."""
    before = current(official_case(desk, call.signed_in, case_id), call)
    reasons = call.body["reasons"]
    return saved(
        desk, before, checks.overridden(before, check_id, call.signed_in, reasons, call.now)
    )


@dataclass(slots=True)
class Round:
    """Where the sweep stands with one resource. wait: sweeps to let pass; pause: so many after the
    next failure; cursor: the page that is due."""

    wait: int = 0
    pause: int = 1
    cursor: str | None = None


@dataclass(slots=True)
class Sweep:
    """Asks again what is pending, resource by resource, so that none waits for another's return.

    One a process; losing it loses nothing but its place.
    """

    rounds: dict[str, Round] = field(default_factory=dict)

    def run(self, desk: Desk) -> None:
        """One pass over the resources by which the department's items are verified."""
        resources = {v.resource for p in desk.practices.values() for v in p.verifications}
        for resource in sorted(resources):
            round_ = self.rounds.setdefault(resource, Round())
            if round_.wait:
                round_.wait -= 1
            elif _page_asked(desk, resource, round_):
                round_.pause = 1
            else:
                round_.wait, round_.pause = round_.pause, min(round_.pause * 2, LONGEST_PAUSE)


def _page_asked(desk: Desk, resource: str, round_: Round) -> bool:
    """Ask for the cases of the page that is due; False where the resource stopped it."""
    page = desk.store["cases"].page(
        {"asking": resource}, limit=SWEEP_LIMIT, cursor=round_.cursor, fields=["asking"]
    )
    if any(resource in ask(desk, case["_id"]) for case in page.items):
        return False
    round_.cursor = page.next_cursor
    return True


def _canonical(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _context(case: Mapping[str, Any]) -> bytes:
    return f"questions/{case['_id']}".encode()
