"""How a case is opened and moved (pure).

Guarantees: every move is kept in `history`, in order; its effects on the case (days, pauses,
limits) follow from the move alone, so that a case can be told again from its moves.
Does not: know forms, callers' divisions, or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from shared import clock
from shared.case.clocks import acceptance_days, deadlines
from shared.case.table import NEW, ON_THE_DESK, Case, legal_move
from shared.division import ancestors
from shared.errors import Conflict
from shared.text import Text


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
    internal: bool = False,
) -> dict[str, Any]:
    """A case that has not made a move yet.

    applicant: {account, name, and legal_person where it is one's}.
    limits: working days {statutory, promised}, and acceptance where it is not the law's.
    internal: between authorities; no member of the public has applied, or evaluates it.
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
        **({"internal": True} if internal else {}),
    }


def moved(
    case: Case, action: str, actor: Mapping[str, Any], now: datetime, **told: Any
) -> dict[str, Any]:
    """`case` after `action`; `IllegalMove` and `Conflict` leave it as it was.

    actor: {kind, account, name}. told: what the move says (reasons, missing, ground, notice, ...).
    """
    move = legal_move(case["state"], action)
    REQUIREMENTS.get(action, _no_requirement)(case, now)
    entry = {
        "sequence": len(case["history"]) + 1,
        "action": action,
        "state": move.target,
        "at": now,
        "by": dict(actor),
        **{k: v for k, v in told.items() if v is not None},
    }
    after = {**case, "state": move.target, "history": [*case["history"], entry]}
    EFFECTS.get(action, no_effect)(after, now, told)
    return _listed(after)


def _no_requirement(case: Case, now: datetime) -> None:
    """A move that changes the state, and nothing besides."""


def _extensible(case: Case, now: datetime) -> None:
    """The limit is extended once, and before it has passed (Administrative Licensing Law, 42)."""
    due = deadlines(case)["statutory"].due
    if case.get("extended") or (due and clock.local_day(now) > due):
        detail = Text(
            "办理期限只能在届满前延长一次", "The limit is extended once, and before it has passed"
        )
        raise Conflict(detail, type="not-extensible")


REQUIREMENTS = {"extend": _extensible}
"""What a move asks of the case beyond its state."""


def no_effect(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    """A move that changes the state, and nothing besides."""


def _received(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    day = clock.local_day(now)
    case |= {
        "received_at": now,
        "received_on": day.isoformat(),
        "deemed_after": last_day(day, acceptance_days(case["limits"])).isoformat(),
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


def _extended(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    case["extended"] = clock.EXTENSION_DAYS


def _decided(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    case["decided_on"] = clock.local_day(now).isoformat()


def _reopened(case: dict[str, Any], now: datetime, told: Mapping[str, Any]) -> None:
    for settled in ("decided_on", "extended"):
        case.pop(settled, None)
    case |= {"reopened_on": clock.local_day(now).isoformat(), "pauses": []}


EFFECTS = {
    "submit": _received,
    "resubmit": _received,
    "accept": _accepted,
    "suspend": _suspended,
    "resume": _resumed,
    "extend": _extended,
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
