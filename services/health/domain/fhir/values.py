"""Values of FHIR R4: instants, references, dates with prefixes, tokens (pure).

Sources: R4 datatypes.html (instant, date), references.html, search.html (prefixes, tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from shared.clock import CHINA
from shared.errors import FieldError, Malformed
from shared.text import Text

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
REFERENCE = re.compile(
    r"(?:https?://\S{1,300}/)?([A-Z][A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})(?:/_history/[\w\-.]+)?",
    re.ASCII,
)
DATE = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?"
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})"
    r"(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
SUPPORTED_PREFIXES = ("eq", "gt", "lt", "ge", "le")


class Span(NamedTuple):
    """What a date of a search stands for: from `start` on, before `end`."""

    prefix: str
    start: datetime
    end: datetime


def instant(moment: datetime) -> str:
    """`moment` as an R4 instant or dateTime, in China's time."""
    return moment.astimezone(CHINA).isoformat(timespec="milliseconds")


def moment(text: str) -> datetime | None:
    """The point in time of an R4 instant; None where it is not one with seconds and offset."""
    found = DATE.fullmatch(text)
    if found is None or found[1] or found[7] is None or found[8] is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def reference(text: str) -> tuple[str, str] | None:
    """(type, id) of a literal reference, relative or absolute; None where it is not one."""
    found = REFERENCE.fullmatch(text)
    return (found[1], found[2]) if found else None


def bad(name: str, zh: str, en: str) -> Malformed:
    """A search parameter that cannot be read: 400."""
    return Malformed(
        Text(f"检索参数 {name}：{zh}", f"Search parameter {name}: {en}"),
        type="search-parameter",
        errors=[FieldError(f"/{name}", Text(zh, en), "search-parameter")],
    )


def ids(name: str, value: str, type_: str) -> list[str]:
    """The ids that a reference parameter names, separated by commas; `Type/` may be left out."""
    found = []
    for part in value.split(","):
        full = reference(part)
        id_ = full[1] if full else part
        if (full and full[0] != type_) or not ID.fullmatch(id_):
            raise bad(name, f"应为 {type_} 的引用", f"must refer to a {type_}")
        found.append(id_)
    return found


def codes(name: str, value: str, known: Iterable[str] = (), system: str = "") -> list[str]:
    """The codes that a token parameter names (``code`` or ``system|code``), separated by commas."""
    found = []
    for part in value.split(","):
        given, bar, code = part.rpartition("|")
        if bar and given and given != system:
            raise bad(name, "代码系统不符", f"the code system is {system or 'not used here'}")
        if known and code not in known:
            raise bad(name, f"应为 {'、'.join(known)}", f"must be one of {', '.join(known)}")
        found.append(code)
    return found


def span(name: str, text: str) -> Span:
    """What the date `text` of the parameter `name` stands for (R4 search.html, 3.1.1.4.7)."""
    found = DATE.fullmatch(text)
    prefix = (found[1] or "eq") if found else ""
    if found is None or prefix not in SUPPORTED_PREFIXES:
        raise bad(
            name,
            "应为日期，前缀可为 eq、gt、lt、ge、le",
            "must be a date, with prefix eq, gt, lt, ge or le",
        )
    try:
        start, end = _range(found)
        return Span(prefix, start.astimezone(UTC), end.astimezone(UTC))
    except (ValueError, OverflowError):
        raise bad(name, "没有这个日期", "there is no such date") from None


def _range(found: re.Match[str]) -> tuple[datetime, datetime]:
    year, month, day = int(found[2]), int(found[3] or 1), int(found[4] or 1)
    if found[5] is not None:
        text = found[0].removeprefix(found[1] or "")
        exact = datetime.fromisoformat(text)
        exact = exact if exact.tzinfo else exact.replace(tzinfo=CHINA)
        return exact, exact + timedelta(seconds=1 if found[7] else 60)
    start = datetime(year, month, day, tzinfo=CHINA)
    if found[4]:
        return start, start + timedelta(days=1)
    if found[3]:
        return start, _month_after(start)
    return start, datetime(year + 1, 1, 1, tzinfo=CHINA)


def _month_after(start: datetime) -> datetime:
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def bounds(name: str, texts: Iterable[str]) -> dict[str, datetime]:
    """The bounds that all of `texts` set to a point in time: ``{"$gte": ..., "$lt": ...}``."""
    least: list[datetime] = []
    below: list[datetime] = []
    for text in texts:
        given = span(name, text)
        if given.prefix in ("eq", "ge"):
            least.append(given.start)
        if given.prefix == "gt":
            least.append(given.end)
        if given.prefix in ("eq", "le"):
            below.append(given.end)
        if given.prefix == "lt":
            below.append(given.start)
    found = {"$gte": max(least)} if least else {}
    return {**found, **({"$lt": min(below)} if below else {})}


def period_bounds(
    name: str, texts: Iterable[str], first: str, last: str
) -> dict[str, dict[str, Any]]:
    """The bounds that `texts` set to a period of days, kept as ISO days in `first` and `last`.

    eq: the period lies within the date; gt, ge: it reaches beyond, or to, it; lt, le: it begins
    before it, or in it.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        given = span(name, text)
        begins = given.start.astimezone(CHINA).date()
        ends = (given.end.astimezone(CHINA) - timedelta(microseconds=1)).date()
        if given.prefix == "eq":
            _narrow(found, first, "$gte", begins)
            _narrow(found, last, "$lte", ends)
        if given.prefix in ("gt", "ge"):
            _narrow(found, last, "$gt" if given.prefix == "gt" else "$gte",
                    ends if given.prefix == "gt" else begins)  # fmt: skip
        if given.prefix in ("lt", "le"):
            _narrow(found, first, "$lt" if given.prefix == "lt" else "$lte",
                    begins if given.prefix == "lt" else ends)  # fmt: skip
    return found


def _narrow(found: dict[str, dict[str, Any]], field: str, operator: str, day: date) -> None:
    kept = found.setdefault(field, {})
    value = day.isoformat()
    choose = max if operator.startswith("$g") else min
    kept[operator] = choose(kept[operator], value) if operator in kept else value
