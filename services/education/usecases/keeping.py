"""How an enrolment is kept: each new entry of its history tells what it brings.

Guarantees: what follows from a move (a place that comes back, a case to be decided, a notice) goes
out with the write that makes the move, under ids that follow from the entry's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.education import wording
from services.education.events import corrected_event, released_event, settled_event
from services.education.usecases.common import school_id
from shared.documents import Change, Document
from shared.events import Event, derived_id
from shared.notice import notice

Entry = Mapping[str, Any]


def change(
    before: Document, after: Mapping[str, Any], round_: Mapping[str, Any], now: datetime
) -> Change:
    """The write of `after`, with all its new entries tell."""
    return Change(before, after, list(events_of(before, after, round_, now)))


def keep(
    store: Any,
    before: Document,
    after: Mapping[str, Any],
    round_: Mapping[str, Any],
    now: datetime,
    received: Event | None = None,
) -> Document:
    """Save `after`, with all its new entries tell."""
    if after == before:
        return before
    told = list(events_of(before, after, round_, now))
    return Document(store["enrolments"].save(before, after, told, received=received))


def events_of(
    before: Mapping[str, Any], after: Mapping[str, Any], round_: Mapping[str, Any], now: datetime
) -> Iterator[dict[str, Any]]:
    """What the entries that `after` has and `before` has not bring."""
    for entry in after["history"][len(before["history"]) :]:
        number = entry["number"]
        if entry.get("released"):
            school = school_id(after["round"], entry["released"])
            yield released_event(after, school, entry["giving"], number, now)
        if entry.get("remedy"):
            yield _corrected(after, entry, round_, now)
        if entry["action"] == "accept":
            yield settled_event(after, True, number, now)
        if after["state"] == "ended" and before["state"] != "ended":
            yield settled_event(after, False, number, now)
        if words := wording.told(after, entry):
            id_ = derived_id(after["_id"], number)
            title, body = words
            yield notice("education", id_, after["guardian"], title, body, after["case"], now)


def _corrected(
    after: Mapping[str, Any], entry: Entry, round_: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    class_ = after.get("classes", {}).get(entry["school"], "other")
    told = {
        "remedy": entry["remedy"],
        "rank": round_["classes"].index(class_),
        "reasons": entry["reasons"],
        "by": entry["by"]["name"],
    }
    school = school_id(after["round"], entry["school"])
    return corrected_event(after, school, told, entry["number"], now)
