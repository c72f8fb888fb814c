"""Guardianships: who acts for a child, as the register says, and not the guardian (pure).

Source: Civil Code, Art. 17, 18 (majority), 27 (who is a guardian of a minor), 36, 39 (its end).
Shape: _id (of guardian and child: one record for both), guardian (account), child (keyed lookup of
the identity number), child_name, masked, sealed, child_born, relation, from_day, until_day, history
[{number, at, action, by, reason, digest}].

Guarantees: the history only grows; a guardianship ends at majority at the latest. Does not: hold a
personal number in the clear, or prove what the official enters; until the exchange supplies it,
civil affairs and public security answer for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from shared.access import Caller
from shared.age import MAJORITY, age, birth_date
from shared.errors import Conflict, FieldError, Forbidden
from shared.personal import is_identity
from shared.text import Text

Record = dict[str, Any]

RELATIONS = ("parent", "grandparent", "sibling", "other")
"""Civil Code, Art. 27: parents; else grandparents, elder siblings, others with consent."""
REGISTRARS = ("platform", "civil-affairs", "public-security")
"""Departments that keep the register."""


class Entry(NamedTuple):
    """What is registered: child {lookup, name, masked, sealed, born}, and from when to when."""

    guardian: str
    child: Mapping[str, Any]
    relation: str
    from_day: str
    until_day: str
    by: str
    digest: str


def check_registrar(caller: Caller) -> None:
    """Raise unless the department of `caller` keeps the register."""
    if caller.department not in REGISTRARS:
        raise Forbidden(
            Text("仅限民政、公安部门登记", "For civil affairs and public security only"),
            type="not-a-registrar",
        )


def faults(
    given: Mapping[str, Any], guardian_number: str | None, today: date
) -> Iterator[FieldError]:
    """What is wrong with a registration; guardian_number: None where nobody has such an account."""
    number = given["child_identity_number"]
    if guardian_number is None:
        text = "没有该监护人的账户", "No such person has an account"
        yield _fault("guardian_identity_number", "no-account", *text)
    elif age(birth_date(guardian_number), today) < MAJORITY:
        text = "监护人应年满十八周岁", "A guardian must be of age"
        yield _fault("guardian_identity_number", "minor", *text)
    if not is_identity(number):
        text = "身份证号码无效（GB 11643）", "Not a valid identity number (GB 11643)"
        yield _fault("child_identity_number", "resident-identity", *text)
        return
    if birth_date(number).isoformat() != given["child_born"]:
        text = "与身份证号码中的出生日期不符", "Not the birth date in the number"
        yield _fault("child_born", "birth-date", *text)
    if not 0 <= age(birth_date(number), today) < MAJORITY:
        text = "被监护人应未满十八周岁（《民法典》第十七条）", "Not a minor (Civil Code, Art. 17)"
        yield _fault("child_identity_number", "majority", *text)
    elif not given["child_born"] <= given["from_day"] <= last_day(birth_date(number)).isoformat():
        text = "应在出生与成年之间", "Must lie between birth and majority"
        yield _fault("from_day", "order", *text)


def last_day(born: date) -> date:
    """The last day of minority: the one before the eighteenth birthday (Civil Code, Art. 17)."""
    month, day = (3, 1) if (born.month, born.day) == (2, 29) else (born.month, born.day)
    birthday = date(born.year + MAJORITY, month, day)
    return birthday - timedelta(days=1)


def in_force(record: Mapping[str, Any], today: date) -> bool:
    """Whether the guardianship is in force on `today`."""
    day = today.isoformat()
    return bool(record["from_day"] <= day <= record["until_day"])


def registered(before: Mapping[str, Any] | None, id_: str, entry: Entry, now: datetime) -> Record:
    """The record with `entry`; `Conflict` where the same guardianship has not ended."""
    if before is not None and before["until_day"] >= entry.from_day:
        raise Conflict(
            Text("该监护关系已登记", "This guardianship is registered"), type="registered-already"
        )
    fresh = {
        "_id": id_,
        "guardian": entry.guardian,
        "child": entry.child["lookup"],
        "child_name": entry.child["name"],
        "child_born": entry.child["born"],
        "masked": entry.child["masked"],
        "sealed": entry.child["sealed"],
        "relation": entry.relation,
        "from_day": entry.from_day,
        "until_day": entry.until_day,
        "history": list(before["history"]) if before else [],
    }
    return _noted(fresh, "registered", entry.by, now, digest=entry.digest)


def ended(before: Mapping[str, Any], until_day: str, by: str, reason: str, now: datetime) -> Record:
    """The guardianship ends with `until_day`; `Conflict` where it would not end earlier."""
    if until_day >= before["until_day"]:
        raise Conflict(Text("监护关系届时已经终止", "It has ended by then"), type="ended-already")
    return _noted({**before, "until_day": until_day}, "ended", by, now, reason=reason)


def _noted(record: Mapping[str, Any], action: str, by: str, now: datetime, **told: Any) -> Record:
    line = {"number": len(record["history"]) + 1, "at": now, "action": action, "by": by, **told}
    return {**record, "history": [*record["history"], line]}


def _fault(field: str, rule: str, zh: str, en: str) -> FieldError:
    return FieldError(f"/{field}", Text(zh, en), rule)
