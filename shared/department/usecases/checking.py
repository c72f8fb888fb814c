"""Verifications after the submission: asked at once, and again until the registers answer.

Guarantees: no submission waits for a register; what was asked is kept with the case, sealed, so
that the answer is to what was submitted; asking twice changes nothing. A register or an exchange
that is away costs one attempt a sweep. Does not: decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from shared.department import checks
from shared.department.facts import ACCOUNT_ORIGIN
from shared.department.practice import Application, Practice, Question, Verification
from shared.department.usecases.desk import Desk, current, kept_answers, official_case, saved
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Invalid, ServiceError, Stale, Unavailable
from shared.events import derived_id

PERSON = "@person"
"""In a key or claim: the keyed lookup of the applicant's own identity number."""
PATIENCE = 1.0
"""Seconds that identity may take."""
SWEEP_LIMIT = 100
LONGEST_PAUSE = 10
"""Sweeps that pass, at most, until a register that is away is asked again."""
ATTEMPTS = 5
ALL = "*"


def opened(
    desk: Desk, practice: Practice, application: Application, case: Mapping[str, Any]
) -> dict[str, Any]:
    """`case` with the checks of `application`; what has been confirmed already stays confirmed."""
    if not practice.verifications:
        return dict(case)
    found, questions = [], {}
    for verification in practice.verifications:
        for n, question in enumerate(verification.questions(desk.store, application), 1):
            id_, asked = f"{verification.name}-{n}", _told(question, verification)
            digest = desk.vault.lookup(_canonical([verification.resource, asked]), "check")
            check = checks.opened(verification, question, id_, digest)
            found.append({**checks.carried(check, case.get("checks", ())), "id": id_})
            questions[id_] = asked
    sealed = desk.vault.seal_json(questions, questions_context(case))
    return {**case, "checks": found, "questions": sealed}


def _told(question: Question, verification: Verification) -> dict[str, Any]:
    asked = {"key": dict(question.key), "claims": dict(question.claims)}
    told = {"purpose": verification.purpose, "absent": verification.absent}
    return {**asked, **told, "whose": question.whose}


class Answer(NamedTuple):
    """What a check takes in. stopped: the resource that is of no use to others either, for now;
    `ALL` where the exchange itself is away."""

    told: Mapping[str, Any]
    stopped: str = ""


def ask(desk: Desk, case_id: str, now: datetime) -> set[str]:
    """Ask the registers what is pending of the case, and keep their answers.

    The resources that would refuse every other case as well, or are away.
    """
    answers: dict[str, Answer] = {}
    for _ in range(ATTEMPTS):
        case = desk.store["cases"].get(case_id)
        after = _asked_all(desk, case, answers, now) if case else None
        if case is None or after is None or after["checks"] == case["checks"]:
            break
        try:
            kept_answers(desk, case, after)
            break
        except Stale:
            continue
    return {answer.stopped for answer in answers.values() if answer.stopped}


def _asked_all(
    desk: Desk, case: Document, answers: dict[str, Answer], now: datetime
) -> dict[str, Any] | None:
    """`case` with all that is answered; None where nothing can be asked.

    answers: those that are there, by the digest of the question; it grows.
    """
    if not checks.to_ask(case):
        return None
    questions = desk.vault.open_json(bytes(case["questions"]), questions_context(case))
    after, tried = dict(case), set[str]()
    while check := _next(after, tried, answers):
        digest = check["digest"]
        tried.add(digest)
        if digest not in answers:
            answers[digest] = _asked(desk, case, check, questions[check["id"]], now)
        told = answers[digest].told
        after["checks"] = [
            checks.answered(c, told) if c["digest"] == digest else c for c in after["checks"]
        ]
    return after


def _next(
    case: Mapping[str, Any], tried: set[str], answers: Mapping[str, Answer]
) -> checks.Check | None:
    stopped = {answer.stopped for answer in answers.values()}
    open_ = (c for c in checks.to_ask(case) if c["digest"] not in tried)
    return next((c for c in open_ if not stopped & {c["resource"], ALL}), None)


def _asked(
    desk: Desk, case: Document, check: checks.Check, question: Mapping[str, Any], now: datetime
) -> Answer:
    try:
        own = _own(desk, case) if question["whose"] or _names_person(question) else ""
        if question["whose"] and desk.vault.lookup(question["whose"]) != own:
            return _not_own(now)
        return _verdict(desk, case, check, question, own)
    except Invalid as refusal:
        return Answer({"problem": refusal.type})
    except ServiceError as refusal:
        stopped = ALL if refusal.type == Unavailable.slug else check["resource"]
        return Answer({"problem": refusal.type}, stopped)


def _verdict(
    desk: Desk, case: Document, check: checks.Check, question: Mapping[str, Any], own: str
) -> Answer:
    verdict = desk.registers.verify(
        check["resource"],
        _resolved(question["key"], own),
        claims=_resolved(question["claims"], own),
        purpose=question["purpose"],
        case=f"{desk.service}/{case['_id']}",
        item=case["item"],
        id=derived_id("check", case["_id"], check["digest"]),
    )
    source = verdict.origin.told()
    holds = not verdict.found if question["absent"] else verdict.holds
    state, at = checks.HOLDS if holds else checks.FAILS, source.pop("at")
    return Answer({"state": state, "at": at, "source": source, "record": verdict.receipt.told()})


def _not_own(now: datetime) -> Answer:
    """The number is not the applicant's own: identity says so, and no register is asked."""
    at = now.isoformat(timespec="milliseconds")
    return Answer({"state": checks.FAILS, "at": at, "source": dict(ACCOUNT_ORIGIN), "record": None})


def _own(desk: Desk, case: Document) -> str:
    """The keyed lookup of the applicant's own number; empty where the account is no citizen's."""
    account = case["applicant"]["account"]
    subjects = desk.identity.data_subjects(account=account, timeout=PATIENCE)
    return str(next((s["person"] for s in subjects if s["relation"] == "self"), ""))


def _names_person(question: Mapping[str, Any]) -> bool:
    return PERSON in (*question["key"].values(), *question["claims"].values())


def _resolved(values: Mapping[str, Any], own: str) -> dict[str, Any]:
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

    def run(self, desk: Desk, now: datetime) -> None:
        """One pass over the resources by which the department's items are verified."""
        resources = {v.resource for p in desk.practices.values() for v in p.verifications}
        for resource in sorted(resources):
            round_ = self.rounds.setdefault(resource, Round())
            if round_.wait:
                round_.wait -= 1
            elif _page_asked(desk, resource, round_, now):
                round_.pause = 1
            else:
                round_.wait, round_.pause = round_.pause, min(round_.pause * 2, LONGEST_PAUSE)


def _page_asked(desk: Desk, resource: str, round_: Round, now: datetime) -> bool:
    """Ask for the cases of the page that is due; False where the resource stopped it."""
    page = desk.store["cases"].page(
        {"asking": resource}, limit=SWEEP_LIMIT, cursor=round_.cursor, fields=["asking"]
    )
    if any(ask(desk, case["_id"], now) & {resource, ALL} for case in page.items):
        return False
    round_.cursor = page.next_cursor
    return True


def _canonical(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def questions_context(case: Mapping[str, Any]) -> bytes:
    """What a case's `questions` are sealed for."""
    return f"questions/{case['_id']}".encode()
