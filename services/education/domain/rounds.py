"""An enrolment round: its terms, its window, and its life (pure).

Shape: {_id, division, year, stage, title, opens_on, closes_on, ends_on (days in China),
answer_days, most_choices, classes, rehearsal, state, seed {hash, sealed}, revealed, terms_digest,
history}.

Guarantees: once announced, the terms do not change; the hash of the seed is public before the
window opens, the seed itself not before it is closed. A window closes early only in a round that
was announced as a rehearsal, and the record says who did it and why.
Does not: hold applications (`enrolments`) or schools (`places`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from services.education.domain import priority
from shared.clock import local_day
from shared.errors import Conflict, FieldError, IllegalMove
from shared.text import Text

Round = Mapping[str, Any]


class Move(NamedTuple):
    sources: frozenset[str]
    target: str


TABLE: Mapping[str, Move] = {
    "announce": Move(frozenset({"preparing"}), "announced"),
    "close": Move(frozenset({"announced"}), "closed"),
    "freeze": Move(frozenset({"announced", "closed"}), "frozen"),
    "draw": Move(frozenset({"frozen"}), "drawn"),
    "publish": Move(frozenset({"drawn"}), "published"),
    "finish": Move(frozenset({"published"}), "finished"),
}
STATES = ("preparing", "announced", "closed", "frozen", "drawn", "published", "finished")
"""Frozen: the applications are fixed, the seed is not revealed yet; drawn: it is."""
STAGES: Mapping[str, tuple[Text, int]] = {
    "primary": (Text("小学一年级", "First year of primary school"), 6),
    "junior": (Text("初中一年级", "First year of junior middle school"), 11),
}
"""Stage: its name, and the age to be reached by 31 August.

Primary: Compulsory Education Law, Art. 11. Junior: primary schools of five years exist as well.
"""
LEASE = timedelta(minutes=1)
"""How long a claim stands without its case: longer than any request takes."""
SCHOOL_AGE_ENDS = 16
"""Years by 31 August from which no child enters compulsory education by a round any more."""


def moved(
    round_: Round, action: str, by: Mapping[str, Any], now: datetime, **told: Any
) -> dict[str, Any]:
    """`round_` after `action`; `told` goes into the public history."""
    move = TABLE[action]
    if round_["state"] not in move.sources:
        legal = [name for name, other in TABLE.items() if round_["state"] in other.sources]
        raise IllegalMove(
            Text(f"轮次当前状态为“{round_['state']}”", f"The round is {round_['state']}"),
            legal=legal,
        )
    entry = {
        "number": len(round_["history"]) + 1,
        "at": now,
        "action": action,
        "by": dict(by),
        **told,
    }
    return {**round_, "state": move.target, "history": [*round_["history"], entry]}


def is_open(round_: Round, today: date) -> bool:
    """Whether applications are taken on `today`."""
    within = round_["opens_on"] <= today.isoformat() <= round_["closes_on"]
    return bool(round_["state"] == "announced" and within)


def is_over(round_: Round, now: datetime) -> bool:
    """Whether the window has closed, by time or early, and whoever came in time has got in."""
    return bool(
        round_["state"] == "closed" or local_day(now - LEASE).isoformat() > round_["closes_on"]
    )


def takes_corrections(round_: Round) -> bool:
    """Whether what was returned can be submitted again: until the draw."""
    return round_["state"] in ("announced", "closed")


def is_moving(round_: Round) -> bool:
    """Whether places that come back go to the waiting lists."""
    return round_["state"] in ("drawn", "published")


def closed_early(
    round_: Round, by: Mapping[str, Any], reasons: list[str], now: datetime
) -> dict[str, Any]:
    """The window closes at once, which only a rehearsal allows; the history says why."""
    if not round_["rehearsal"]:
        raise Conflict(
            Text(
                "正式轮次不得提前截止，家长以公布的日期为准",
                "Only a rehearsal can close early: parents rely on the published day",
            ),
            type="not-a-rehearsal",
        )
    return moved(round_, "close", by, now, reasons=reasons)


def term_faults(given: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """What is wrong with the terms of a new round."""
    days = ("opens_on", "closes_on", "ends_on")
    for earlier, later in pairwise(days):
        if given[earlier] > given[later]:
            yield _fault(later, "order", "日期先后有误", "Comes before what it follows")
    if given["closes_on"] < today.isoformat():
        yield _fault("closes_on", "past", "不得早于今天", "Lies in the past")
    if given["year"] not in (today.year, today.year + 1):
        yield _fault("year", "year", "应为今年或者明年", "Must be this year or the next")
    if not priority.is_order(given["classes"]):
        yield _fault(
            "classes", "classes", "类别不得重复，且以“other”结尾", "Each once, and “other” last"
        )


def age_on_cutoff(born: date, year: int) -> int:
    """Full years of life on 31 August of `year`."""
    return year - born.year - ((born.month, born.day) > (8, 31))


def age_faults(round_: Round, born: date) -> Iterator[FieldError]:
    """Whether a child born on that day enters in this round (Compulsory Education Law, Art. 11)."""
    name, youngest = STAGES[round_["stage"]]
    age = age_on_cutoff(born, round_["year"])
    if age < youngest:
        yield FieldError(
            "/child/identity",
            Text(
                f"截至{round_['year']}年8月31日未满{youngest}周岁（《义务教育法》第十一条）",
                f"Not {youngest} years old by 31 August {round_['year']} "
                "(Compulsory Education Law, Art. 11)",
            ),
            "age",
        )
    elif age >= SCHOOL_AGE_ENDS:
        detail = Text(f"已超过{name.zh}入学年龄", "Beyond the age of compulsory education")
        yield FieldError("/child/identity", detail, "age")


def _fault(field: str, rule: str, zh: str, en: str) -> FieldError:
    return FieldError(f"/{field}", Text(zh, en), rule)
