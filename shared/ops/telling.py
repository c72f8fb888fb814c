"""What a command found: aligned for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

ABSENT = "-"


@dataclass(frozen=True, slots=True)
class Told:
    """rows: a mapping each, by `columns`. lines: what is said besides. exit_code: 1 where something
    was left, or differs."""

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[str] = ()
    exit_code: int = 0

    def text(self) -> str:
        """The table under its columns, then the lines."""
        table = [list(self.columns), *([_cell(row, c) for c in self.columns] for row in self.rows)]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.columns))]
        lines = [_line(row, widths) for row in table] if self.rows else []
        return "\n".join([*lines, *self.lines])

    def json(self) -> str:
        """``{"rows": [...], "lines": [...]}``, each row with all of its members."""
        told = {"rows": list(self.rows), "lines": list(self.lines)}
        return orjson.dumps(told, default=str).decode()


def age(span: timedelta) -> str:
    """``3 d 4 h``, ``2 min 5 s``: the two largest units."""
    seconds = max(int(span.total_seconds()), 0)
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, length in units:
        count, seconds = divmod(seconds, length)
        if count or (parts and len(parts) == 1):
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def _cell(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    return ABSENT if value is None or value == "" else str(value)


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip()
