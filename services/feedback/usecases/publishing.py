"""The public figures as they are asked for, and the proof that they are right.

Guarantees: figures are read from what is posted (`shared.figures`), never estimated; the proof
counts every case anew and compares to the last one. Does not: cache (the entrypoint says for how
long).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.feedback.domain import figures
from services.feedback.domain.figures import Row
from services.feedback.usecases.books import BOOKS
from shared.division import ancestors
from shared.documents import Storage
from shared.figures import LEFT_BEHIND, Counts, plus, rows_of

GROUPINGS: Mapping[str, tuple[str, ...]] = {
    "total": (),
    "department": ("department",),
    "division": ("division",),
    "item": ("department", "item"),
    "all": ("department", "division", "item"),
}
MOST_PAGES = 10_000
PROVINCE = "430000"
COLUMNS = (
    "department", "division", "item", "closed", "evaluated", "not_evaluated", "level5", "level4",
    "level3", "level2", "level1", "satisfied", "satisfaction_percent", "first_bad",
    "evaluated_again",
)  # fmt: skip


def rows(store: Storage, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures as asked for: by department, division or item, all narrowed where wished."""
    item = query.get("item")
    found = [row for row in _now(store, query) if item is None or row.key.item == item]
    by = GROUPINGS[query.get("by", "department")]
    return [{**group, **figures.told(counts)} for group, counts in figures.grouped(found, by)]


def _now(store: Storage, query: Mapping[str, Any]) -> list[Row]:
    pages = store["figures"].find(_filter(query), limit=MOST_PAGES)
    return [row for row in figures.rows(pages) if _is_asked(row.key, query)]


def _filter(query: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"within": figures.city_of(query.get("division", PROVINCE))}
    if "department" in query:
        wanted["department"] = query["department"]
    return wanted


def _is_asked(key: figures.Key, query: Mapping[str, Any]) -> bool:
    return (
        query.get("division", PROVINCE) in ancestors(key.division)
        and query.get("department", key.department) == key.department
    )


def as_csv(found: list[dict[str, Any]]) -> str:
    """The rows as CSV (RFC 4180), with a byte order mark, which spreadsheets ask for."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", restval="")
    writer.writeheader()
    for row in found:
        levels = {f"level{level}": number for level, number in row["levels"].items()}
        writer.writerow({**row, **levels})
    return "\ufeff" + text.getvalue()


def faults(store: Storage, now: datetime) -> Iterator[str]:
    """What differs between the figures and the cases; nothing where they are right.

    Every case is read and counted anew, after postings that are under way were finished.
    """
    BOOKS.finish_left_behind(store, now + LEFT_BEHIND)
    recounted: dict[str, Counts] = {}
    for case in store["cases"].each({}):
        told = figures.contribution(case)
        if told != case["counts"]:
            yield f"case {case['_id']}: counted as {case['counts']}, is {told}"
        for key, counts in told.items():
            recounted[key] = plus(recounted.get(key, {}), counts)
    kept = dict(rows_of(store["figures"].each({})))
    for key in sorted({*kept, *recounted}):
        one, other = kept.get(key, {}), recounted.get(key, {})
        if one != other:
            yield f"{key}: figures say {one}, the cases {other}"


def total(store: Storage) -> dict[str, Any]:
    """All figures in one row."""
    groups = figures.grouped(_now(store, {}), ())
    return figures.told(groups[0][1] if groups else {})
