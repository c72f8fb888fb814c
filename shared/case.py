"""The case (办件): one application for one item, its life as one table (pure).

Guarantees: `TABLE` is the whole lifecycle; a move that is not in it raises `IllegalMove` with the
legal ones named; every move is kept in `history` and is exactly one event, whose `sequence` is its
place there. Does not: know forms, callers' divisions, or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from shared import clock
from shared.access import Caller
from shared.division import ancestors
from shared.errors import IllegalMove
from shared.events import event
from shared.text import Text

Case = Mapping[str, Any]
"""A case as it is stored; `opened` says which members it has."""


NEW = "new"
"""The state of a case that has not made a move yet; no stored case is in it."""


class Move(NamedTuple):
    """A legal move. who: "applicant", "official", "system"; an official holds one of `powers`."""

    action: str
    sources: frozenset[str]
    target: str
    who: frozenset[str]
    powers: tuple[str, ...]
    participle: str
    name: Text


def _move(
    action: str,
    sources: str,
    target: str,
    who: str,
    participle: str,
    zh: str,
    powers: str = "",
) -> Move:
    name = Text(zh, participle.replace("-", " ").capitalize())
    return Move(
        action,
        frozenset(sources.split()),
        target,
        frozenset(who.split()),
        tuple(powers.split()),
        participle,
        name,
    )


OFFICIAL, EITHER = "official", "official system"
ANY, LATER = "accept review approve", "review approve"
"""Who moves a case, and powers of which one is enough."""

TABLE: Mapping[str, Move] = {
    move.action: move
    for move in (
        _move("draft", NEW, "draft", "applicant", "drafted", "暂存"),
        _move("submit", f"{NEW} draft", "submitted", "applicant", "submitted", "提交申请"),
        _move("accept", "submitted", "accepted", EITHER, "accepted", "受理", "accept"),
        _move("return", "submitted", "returned", OFFICIAL, "returned", "一次性告知补正", "accept"),
        _move("resubmit", "returned", "submitted", "applicant", "resubmitted", "补正后再次提交"),
        _move("decline", "submitted", "declined", OFFICIAL, "declined", "不予受理", "accept"),
        _move("start", "accepted", "processing", EITHER, "started", "开始办理", ANY),
        _move("suspend", "processing", "suspended", OFFICIAL, "suspended", "特别程序", LATER),
        _move("resume", "suspended", "processing", OFFICIAL, "resumed", "恢复办理", LATER),
        _move("approve", "processing", "approved", EITHER, "approved", "准予", "approve"),
        _move("refuse", "processing", "refused", EITHER, "refused", "不予许可", "approve"),
        _move("deliver", "approved refused", "closed", "system", "closed", "送达办结"),
        _move(
            "withdraw", "draft submitted returned accepted processing", "withdrawn", "applicant",
            "withdrawn", "撤回申请",
        ),
        _move("reopen", "closed", "processing", "system", "reopened", "重新办理"),
    )
}  # fmt: skip

STATES = tuple(dict.fromkeys(m.target for m in TABLE.values()))
ON_THE_DESK = frozenset({"submitted", "accepted", "processing", "suspended"})
"""States in which officials have something to do; these cases are on the work list."""
PARTICIPLES = tuple(dict.fromkeys(m.participle for m in TABLE.values() if m.action != "draft"))


def legal_moves(state: str) -> list[str]:
    """The actions that `state` allows."""
    return [move.action for move in TABLE.values() if state in move.sources]


def open_to(caller: Caller, state: str) -> list[str]:
    """The actions that `state` allows `caller`, by the kind of account and its powers."""
    role = "official" if caller.kind == "official" else "applicant"
    return [
        move.action
        for move in TABLE.values()
        if state in move.sources
        and role in move.who
        and (role == "applicant" or caller.powers.intersection(move.powers))
    ]


def legal_move(state: str, action: str) -> Move:
    """The move `action` from `state`, or `IllegalMove` naming the legal ones."""
    move = TABLE[action]
    if state not in move.sources:
        legal = legal_moves(state)
        raise IllegalMove(
            Text(
                f"当前状态“{state}”不能“{action}”；可以：{'、'.join(legal) or '无'}",
                f"A case that is {state} cannot {action}; legal: {', '.join(legal) or 'none'}",
            ),
            legal=legal,
        )
    return move


@lru_cache(maxsize=4096)
def last_day(start: date, working_days: int) -> date:
    """The last of `working_days` after `start`, without pauses."""
    due = clock.deadline(start, working_days).due
    assert due is not None
    return due


def opened(
    *,
    id_: str,
    item: str,
    item_version: int,
    department: str,
    division: str,
    applicant: Mapping[str, Any],
    limits: Mapping[str, int],
    now: datetime,
) -> dict[str, Any]:
    """A case that has not made a move yet.

    applicant: {account, name, and legal_person where it is one's}.
    limits: working days {statutory, promised}.
    """
    return {
        "_id": id_,
        "number": f"{division}-{clock.local_day(now):%Y%m%d}-{id_[:8].upper()}",
        "item": item,
        "item_version": item_version,
        "department": department,
        "division": division,
        "applicant": dict(applicant),
        "limits": dict(limits),
        "opened_at": now,
        "state": NEW,
        "history": [],
        "pauses": [],
    }


def moved(
    case: Case, action: str, actor: Mapping[str, Any], now: datetime, **told: Any
) -> dict[str, Any]:
    """`case` after `action`; `Invalid` and `IllegalMove` leave it as it was.

    actor: {kind, account, name}. told: what the move says (reasons, missing, ground, notice, ...).
    """
    move = legal_move(case["state"], action)
    entry = {
        "sequence": len(case["history"]) + 1,
        "action": action,
        "state": move.target,
        "at": now,
        "by": dict(actor),
        **{k: v for k, v in told.items() if v is not None},
    }
    after = {**case, "state": move.target, "history": [*case["history"], entry]}
    EFFECTS.get(action, _no_effect)(after, now, told)
    return _listed(after)


def _no_effect(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    pass


def _received(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    day = clock.local_day(now)
    case |= {
        "received_at": now,
        "received_on": day.isoformat(),
        "deemed_after": last_day(day, clock.ACCEPTANCE_DAYS).isoformat(),
    }


def _accepted(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    deemed = told.get("deemed")
    case["accepted_on"] = case["received_on"] if deemed else clock.local_day(now).isoformat()


def _suspended(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    pause = {
        "from": clock.local_day(now).isoformat(),
        "until": None,
        "ground": told["ground"],
        "notice": told["notice"],
    }
    case["pauses"] = [*case["pauses"], pause]


def _resumed(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    *earlier, current = case["pauses"]
    yesterday = date.fromordinal(clock.local_day(now).toordinal() - 1).isoformat()
    ended = [{**current, "until": yesterday}] if yesterday >= current["from"] else []
    case["pauses"] = [*earlier, *ended]


def _decided(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    case["decided_on"] = clock.local_day(now).isoformat()


def _reopened(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    case.pop("decided_on", None)


EFFECTS = {
    "submit": _received,
    "resubmit": _received,
    "accept": _accepted,
    "suspend": _suspended,
    "resume": _resumed,
    "approve": _decided,
    "refuse": _decided,
    "reopen": _reopened,
}


def _listed(case: dict[str, Any]) -> dict[str, Any]:
    if case["state"] in ON_THE_DESK:
        case["worklist"] = list(ancestors(case["division"]))
    else:
        case.pop("worklist", None)
    if case["state"] != "submitted":
        case.pop("deemed_after", None)
    return case


def last_event(case: Case, service: str) -> dict[str, Any]:
    """The event of the last move. No names and no personal numbers are in it."""
    return event_of(case, service, case["history"][-1])


def event_of(case: Case, service: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The event of the move that `entry` of the history tells."""
    data = {
        "number": case["number"],
        "item": case["item"],
        "item_version": case["item_version"],
        "department": case["department"],
        "division": case["division"],
        "applicant": case["applicant"]["account"],
        "legal_person": case["applicant"].get("legal_person"),
        "action": entry["action"],
        "state": entry["state"],
        "by": entry["by"]["account"],
        "received_on": case.get("received_on"),
        "accepted_on": case.get("accepted_on"),
        "decided_on": case.get("decided_on"),
        "statutory_days": case["limits"]["statutory"],
        "promised_days": case["limits"]["promised"],
        "ground": entry.get("ground"),
        "reasoned": bool(entry.get("reasons")),
        "deemed": bool(entry.get("deemed")),
    }
    type_ = f"{service}.case.{TABLE[entry['action']].participle}.v1"
    return event(type_, case["_id"], entry["sequence"], data, entry["at"])


def pauses(case: Case) -> list[clock.Pause]:
    """The pauses of `case` as the clock takes them."""
    return [
        clock.Pause(
            date.fromisoformat(p["from"]),
            date.fromisoformat(p["until"]) if p["until"] else None,
            p["ground"],
            p["notice"],
        )
        for p in case["pauses"]
    ]


def deadlines(case: Case) -> dict[str, clock.Deadline]:
    """The clocks that run or ran for `case`: acceptance, statutory, promised, delivery."""
    found = {}
    if received := case.get("received_on"):
        day = date.fromisoformat(received)
        found["acceptance"] = clock.deadline(
            day, clock.ACCEPTANCE_DAYS, basis=clock.LIMITS["acceptance"].article
        )
    if accepted := case.get("accepted_on"):
        day, paused = date.fromisoformat(accepted), pauses(case)
        statutory, promised = case["limits"]["statutory"], case["limits"]["promised"]
        found["statutory"] = clock.deadline(
            day, statutory, paused, basis=clock.LIMITS["decision"].article
        )
        found["promised"] = clock.deadline(day, promised, paused)
    if decided := case.get("decided_on"):
        found["delivery"] = clock.deadline(
            date.fromisoformat(decided),
            clock.DELIVERY_DAYS,
            basis=clock.LIMITS["delivery"].article,
        )
    return found
