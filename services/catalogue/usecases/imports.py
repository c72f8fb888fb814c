"""Bulk imports at work: a file that was accepted is worked through in the background.

Guarantees: every faulty row is reported by line, field and rule, and the good ones are taken; the
same file again changes nothing. A worker that dies is followed by another (a lease ends), which
begins anew and comes to the same end, counts included. Memory follows the size of the file, not of
the catalogue. Does not: keep the order of two files handed in at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from services.catalogue.domain import lines, rows
from services.catalogue.domain.authority import looks_after
from services.catalogue.domain.lists import Known, blank, exercised
from services.catalogue.domain.places import DIVISIONS
from services.catalogue.domain.rows import Row
from services.catalogue.domain.versions import known
from services.catalogue.usecases.import_records import keep_faults
from services.catalogue.usecases.items import ANNOUNCED
from services.catalogue.usecases.lease import Lease
from services.catalogue.usecases.listing import (
    Entries,
    all_lists,
    gathered,
    put_on_lists,
)
from shared.access import Caller
from shared.division import departments
from shared.documents import Document
from shared.errors import (
    FieldError,
    ServiceError,
    Stale,
)
from shared.races import until_fresh
from shared.text import Text

IMPORTED = "imported"
CHUNK = 50
"""Items read, and items inserted, at once: bounds one transaction of the database."""
BREATH = 50
"""Rows read until others get their turn."""

Breathe = Callable[[], None]


def work(store: Any, clock: Callable[[], datetime], breathe: Breathe) -> int:
    """Work through the imports that wait, or whose worker is gone; how many there were."""
    waiting = [r for r in store["imports"].find({"open": True}) if r["lease_until"] <= clock()]
    for record in waiting:
        _work_one(store, record, clock, breathe)
    return len(waiting)


def _work_one(
    store: Any, record: Document, clock: Callable[[], datetime], breathe: Breathe
) -> None:
    try:
        lease = Lease(store, record, clock)
    except Stale:
        return
    try:
        outcome = _done(store, lease, breathe)
    except Stale:
        return
    except ServiceError as error:
        if error.status >= 500:
            raise
        outcome = {"state": "failed", "reason": _reason(error)}
    lease.end(outcome)


def _reason(error: ServiceError) -> dict[str, str]:
    detail = error.detail
    return detail.both() if isinstance(detail, Text) else {"zh": detail, "en": detail}


@dataclass
class Sorted:
    """A file sorted out: good rows by item (line, row), faults by line; `unchanged`: known rows."""

    total: int = 0
    unchanged: int = 0
    good: dict[str, list[tuple[int, Row]]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[int, Sequence[FieldError]] = field(default_factory=dict)


def _done(store: Any, lease: Lease, breathe: Breathe) -> dict[str, Any]:
    import_id = lease.record["_id"]
    data, _ = store.files.get(lease.record["file"])
    first = lease.record["attempts"] == 1
    listed = Known(all_lists(store) if first else ())  # later ones count what the first one did
    file = sorted_out(data, _author(lease.record), listed, breathe, lease.renew)
    counts = _take(store, file, lease, breathe)
    pages = keep_faults(store, import_id, file.faults)
    counts = {"rows": file.total, **counts, "faulty": len(file.faults)}
    return {"state": "done", "counts": counts, "fault_pages": pages}


def _author(record: Mapping[str, Any]) -> Caller:
    by = record["by"]
    return Caller(by["account"], "official", "", by["division"], by["department"])


def sorted_out(
    data: bytes, author: Caller, listed: Known, breathe: Breathe, renew: Breathe
) -> Sorted:
    """Every line of `data`: a good row, one that is `listed` already, or what is wrong with it."""
    reader = rows.Reader(DIVISIONS, {d.code for d in departments()})
    file = Sorted()
    for number, line in lines.numbered(data):
        file.total += 1
        row = reader.read(line)
        if isinstance(row, Row) and not looks_after(author, row.department, row.division):
            row = [rows.OUTSIDE]
        if isinstance(row, Row) and listed.has(row.division, row.code, row.digest):
            file.unchanged += 1
        elif isinstance(row, Row):
            file.good[row.code].append((number, row))
        else:
            file.faults[number] = row
        if file.total % BREATH == 0:
            breathe()
            renew()
    return file


def _take(store: Any, file: Sorted, lease: Lease, breathe: Breathe) -> dict[str, int]:
    """Put the good rows into the catalogue, chunk by chunk; the counts of what they did."""
    counts = Counter({"added": 0, "changed": 0, "unchanged": file.unchanged})
    entries: Entries = defaultdict(dict)
    waiting = sorted(file.good)
    for start in range(0, len(waiting), CHUNK):
        chunk = {code: file.good.pop(code) for code in waiting[start : start + CHUNK]}
        items = until_fresh(partial(_chunk, store, chunk, lease.record))
        for item in items:
            _count(item, chunk[item["_id"]], lease.record["_id"], counts, file.faults)
        gathered((i for i in items if i["source"] != ANNOUNCED), entries)
        breathe()
        lease.renew()
    put_on_lists(store, entries, lease.record["_id"])
    return dict(counts)


def _chunk(
    store: Any, chunk: Mapping[str, Sequence[tuple[int, Row]]], record: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    found = store["items"].find({"_id": {"$in": list(chunk)}}, limit=len(chunk))
    before = {item["_id"]: item for item in found}
    after = {
        code: _with_rows(before.get(code) or blank(code, IMPORTED), of_item, record)
        for code, of_item in chunk.items()
    }
    store["items"].add_many([item for code, item in after.items() if code not in before])
    for code, item in before.items():
        if after[code] != item:
            store["items"].save(item, after[code])
    return list(after.values())


def _with_rows(
    item: Mapping[str, Any], of_item: Iterable[tuple[int, Row]], record: Mapping[str, Any]
) -> Mapping[str, Any]:
    if item["source"] == ANNOUNCED:
        return item
    source, at = f"import {record['_id']}", record["submitted_at"]
    for _, row in of_item:
        content = orjson.loads(row.content)
        item = exercised(item, row.division, content, source=source, at=at)
    return item


def _count(
    item: Mapping[str, Any],
    of_item: Sequence[tuple[int, Row]],
    import_id: str,
    counts: Counter[str],
    faults: dict[int, Sequence[FieldError]],
) -> None:
    """Count what the rows did to `item`; what an earlier attempt of this import did counts too."""
    for line, row in of_item:
        if item["source"] == ANNOUNCED:
            faults[line] = [rows.ANNOUNCED]
            continue
        versions = item["implementations"][row.division]
        version = known(versions, row.digest)
        own = version is not None and version["source"] == f"import {import_id}"
        first = version is not None and version["number"] == 1
        counts["unchanged" if not own else "added" if first else "changed"] += 1
