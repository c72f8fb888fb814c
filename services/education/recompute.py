"""``python -m services.education.recompute <file or URL>``: proves the draw of an enrolment round.

Takes the public record of a round (``GET /education/rounds/<id>/record``), computes everything
anew, and says whether it is what was published. Exit code 0: it is; 1: it is not; 2: no record.
With the ids of one's own application after it, it says what became of them.

Guarantees: uses nothing but the record. Does not: need the platform, or an account.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from services.education.domain import record as records

PATIENCE = 60
"""Seconds for the download."""


def fetched(place: str) -> dict[str, Any]:
    """The record in a file or at a URL."""
    if "://" in place:
        answer = requests.get(place, timeout=PATIENCE)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
    loaded: dict[str, Any] = json.loads(Path(place).read_text(encoding="utf-8"))
    return loaded


def verdict(record: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the record is proven, and what to tell of it."""
    found = records.faults(record)
    places = len(record["places"])
    lines = [
        f"{record['round']['title']}: {len(record['applications'])} applications, "
        f"{len(record['round']['schools'])} schools, {places} places, seed {record['seed']}",
        *(f"NOT PROVEN: {fault}" for fault in found),
    ]
    return not found, [*lines, *([] if found else ["proven: the same result, recomputed"])]


def own(record: dict[str, Any], ids: Sequence[str]) -> list[str]:
    """What became of the applications `ids`."""
    return [f"{id_}: {_fate(record, id_)}" for id_ in ids]


def _fate(record: dict[str, Any], id_: str) -> str:
    if id_ not in {row["id"] for row in record["applications"]}:
        return "not in the draw"
    lines = [f"{s}: {w.index(id_) + 1}" for s, w in record["waiting"].items() if id_ in w]
    waiting = f"; on the waiting lists of {', '.join(lines)}" if lines else ""
    return f"place at {record['places'].get(id_, 'no school')}{waiting}"


def main() -> int:
    """The exit code."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    try:
        record = fetched(sys.argv[1])
        proven, lines = verdict(record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"not a record: {type(error).__name__}: {error}")
        return 2
    print("\n".join([*lines, *own(record, sys.argv[2:])]))
    return 0 if proven else 1


if __name__ == "__main__":
    sys.exit(main())
