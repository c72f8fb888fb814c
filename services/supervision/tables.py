"""Tables for spreadsheets (RFC 4180, UTF-8 with a mark that spreadsheets look for).

Guarantees: no cell is taken for a formula. Does not: choose what is in them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.entrypoints import Reply

CSV = "text/csv"
MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def reply(rows: Iterable[Sequence[Any]], name: str) -> Reply:
    """A table as a file called `name`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Reply(written(rows), media_type=CSV, headers=headers)


def page(found: Reply, columns: Sequence[str], name: str) -> Reply:
    """A page of a list as a file called `name`; the link to the next page stays."""
    made = reply(flat(found.body["items"], columns), name)
    made.next_cursor = found.next_cursor
    return made


def written(rows: Iterable[Sequence[Any]]) -> bytes:
    """The table in bytes."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return (MARK + out.getvalue()).encode()


def flat(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    """Records as rows with a heading; texts in both languages take two columns."""
    return [_heading(records, columns), *(_row(record, records, columns) for record in records)]


def _heading(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Any]:
    both = _bilingual(records, columns)
    return [n for c in columns for n in ((f"{c}_zh", f"{c}_en") if c in both else (c,))]


def _row(
    record: Mapping[str, Any], records: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> list[Any]:
    both = _bilingual(records, columns)
    cells: list[Any] = []
    for column in columns:
        value = record.get(column)
        cells += [value["zh"], value["en"]] if column in both and value else [value]
    return cells


def _bilingual(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> set[str]:
    return {c for c in columns for r in records[:1] if isinstance(r.get(c), Mapping)}


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = " ".join(str(_told(one)) for one in value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def _told(one: Any) -> Any:
    return one["code"] if isinstance(one, Mapping) else one
