"""Entries of the register of enterprises: established, changed, deregistered, reported on.

Guarantees: every version of what the public sees is kept in the entry's history, with the case
that brought it. Source: 市场主体登记管理条例 Art. 8, 9, 24, 31; 企业信息公示暂行条例 Art. 8, 9.
Does not: hold personal numbers in the clear (they are sealed before they come here).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.enterprise.domain import materials, ownership, premises, representatives
from services.enterprise.domain.hanzi import normalised
from services.enterprise.domain.kinds import KINDS
from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

Entry = dict[str, Any]

CHANGEABLE = (
    "name",
    "name_parts",
    "titles",
    "reservation",
    "registered_capital",
    "owners",
    "representative",
    "address",
    "business_scope",
    "term_until",
)
REASONS: Mapping[str, Text] = {
    "resolution": Text("决议解散", "Dissolved by resolution of the owners"),
    "term-ended": Text("经营期限届满", "The term of business has ended"),
    "merger": Text("因合并或者分立解散", "Dissolved by merger or division"),
    "bankruptcy": Text("依法被宣告破产", "Declared bankrupt"),
}
"""Why an enterprise ends (Company Law (2023), Art. 229, 242)."""
NOTICE_DAYS = 20
"""Days of public notice before a simplified deregistration (Art. 33)."""
REPORT_FROM, REPORT_UNTIL = (1, 1), (6, 30)
"""Month and day between which last year's report is due (Interim Regulation, Art. 8)."""


def titles(name: str, trade_name: str) -> list[str]:
    """What an enterprise is found by: its full name and its trade name, normalised."""
    return list(dict.fromkeys((normalised(name), normalised(trade_name))))


def established(entry: Entry, case: str, now: datetime) -> Entry:
    """A new entry with its first version."""
    return _noted({**entry, "status": "active", "history": []}, "established", case, (), now)


def changed(entry: Entry, changes: Mapping[str, Any], case: str, now: datetime) -> Entry:
    """The entry after a change; the replaced values go into the history."""
    known = [field for field in CHANGEABLE if field in changes and changes[field] != entry[field]]
    after = {**entry, **{field: changes[field] for field in known}}
    after["licence_version"] = entry["licence_version"] + 1
    return _noted(after, "changed", case, [(f, entry[f]) for f in known], now)


def deregistered(entry: Entry, case: str, reason: str, now: datetime) -> Entry:
    """The entry after deregistration; it stays on the register, as ended."""
    after = {**entry, "status": "deregistered", "ended_at": now}
    return _noted(after, "deregistered", case, [("reason", reason)], now)


def reported(entry: Entry, report: Mapping[str, Any], case: str, now: datetime) -> Entry:
    """The entry with one more annual report."""
    after = {**entry, "reports": [*entry["reports"], dict(report)]}
    return _noted(after, "reported", case, [("year", report["year"])], now)


def _noted(
    entry: Entry, action: str, case: str, before: Sequence[tuple[str, Any]], now: datetime
) -> Entry:
    note = {"action": action, "case": case, "at": now, "before": dict(before)}
    return {**entry, "history": [*entry["history"], note]}


def has_taken(entry: Mapping[str, Any], case: str) -> bool:
    """Whether `case` has had its effect on the entry."""
    return any(note["case"] == case for note in entry["history"])


def active_refusals(entry: Mapping[str, Any] | None, authority: str) -> Iterator[FieldError]:
    """An affair of an enterprise needs one that is active and registered with this authority."""
    if entry is None or entry["status"] != "active":
        yield refusal(
            "",
            "enterprise-not-active",
            "请以在业企业的名义申请（登记簿中没有，或者已注销）",
            "Apply for an enterprise that is on the register and active",
        )
    elif entry["division"] != authority:
        yield refusal(
            "",
            "enterprise-authority",
            f"该企业由行政区划 {entry['division']} 的登记机关登记",
            f"This enterprise is registered with the authority of {entry['division']}",
        )


def change_refusals(
    entry: Mapping[str, Any],
    form: Mapping[str, Any],
    bars: Sequence[Mapping[str, Any]],
    today: date,
) -> Iterator[FieldError]:
    """Why the change in `form` cannot be taken in (Art. 24)."""
    kind = KINDS[entry["kind"]]
    if not form.keys() & {*CHANGEABLE, "reservation"}:
        yield refusal("", "nothing-changes", "没有变更事项", "Nothing is to be changed")
    activities = [entry["name_parts"]["industry"], *form.get("business_scope", ())]
    capital = form.get("registered_capital", entry["registered_capital"])
    if "registered_capital" in form or "business_scope" in form:
        yield from ownership.capital_refusals(kind, capital, activities)
    if "registered_capital" in form and "owners" not in form:
        yield refusal(
            "/owners",
            "owners-with-capital",
            "变更注册资本应同时填报出资情况",
            "A change of capital states the owners' contributions",
        )
    if "owners" in form:
        yield from ownership.owner_refusals(kind, form["owners"], capital, today)
    if "address" in form:
        place = form["address"]["division"]
        name = entry["name_parts"]["division"]
        yield from premises.authority_refusals(kind, entry["division"], place, name)
    if "business_scope" in form:
        yield from premises.scope_refusals(form["business_scope"])
    if "representative" in form:
        yield from representatives.refusals(bars, today.isoformat(), "/representative/identity")
    yield from materials.refusals(materials.CHANGE, kind.code, form["materials"])


def deregistration_refusals(
    entry: Mapping[str, Any], form: Mapping[str, Any], today: date
) -> Iterator[FieldError]:
    """Why the enterprise cannot be deregistered yet (Art. 31 and 33)."""
    if form["notice_until"] >= today.isoformat():
        yield refusal(
            "/notice_until",
            "notice-running",
            f"公示期（{NOTICE_DAYS} 日）届满后方可申请（《市场主体登记管理条例》第三十三条）",
            f"Apply when the public notice of {NOTICE_DAYS} days is over "
            "(Regulation on Market Entity Registration, Art. 33)",
        )
    yield from materials.refusals(materials.DEREGISTRATION, entry["kind"], form["materials"])


def report_refusals(
    entry: Mapping[str, Any], form: Mapping[str, Any], today: date
) -> Iterator[FieldError]:
    """Why the annual report cannot be taken (Interim Regulation on Enterprise Information, Art. 8).

    Late reports of earlier years are taken and marked; a year is reported on once.
    """
    year = form["year"]
    if year >= today.year:
        yield refusal(
            "/year",
            "report-too-early",
            "年度报告应自次年 1 月 1 日起报送（《企业信息公示暂行条例》第八条）",
            "A year is reported on from 1 January of the next one "
            "(Interim Regulation on Enterprise Information Disclosure, Art. 8)",
        )
    if year < int(entry["established_on"][:4]):
        zh, en = "该年度企业尚未成立", "Not established that year"
        yield refusal("/year", "report-before-establishment", zh, en)
    if any(report["year"] == year for report in entry["reports"]):
        yield refusal("/year", "report-twice", "该年度已报送", "That year is reported on already")


def is_late(year: int, today: date) -> bool:
    """Whether the report for `year` comes after 30 June of the next one."""
    return today > date(year + 1, *REPORT_UNTIL)
