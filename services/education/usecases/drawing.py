"""The draw: from frozen applications to published offers, in steps that can be repeated.

Guarantees: a crash at any point loses nothing and doubles nothing: the applications are
fixed in one file before the seed is revealed; the result follows from both; each school and each
enrolment is written once, marked `drawn`. The event that started it comes back until all is done.
Does not: decide cases (`settling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from services.education.domain import enrolments, places, priority, record, rounds
from services.education.domain.allocation import Application, Choice, lot
from services.education.events import round_event
from services.education.tools import Tools
from services.education.usecases import keeping
from services.education.usecases.common import IN_THE_DRAW
from services.education.usecases.freezing import MOST_APPLICATIONS, states_of
from services.education.usecases.rounds import SYSTEM, schools, seed_context
from shared.clock import local_day
from shared.documents import Change, Document
from shared.errors import Duplicate, Unexpected
from shared.events import Event

Run = Callable[..., Any]
AT_ONCE = 100
FILES = 100
JSON = "application/json"
READ = ("case", "choices", "coordinate", "facts", "state", "accepted")
"""What the draw reads of an enrolment."""


def draw(store: Any, tools: Tools, event: Event, now: datetime, run: Run) -> None:
    """Collect, draw, publish; begun anew, it goes on where it was. run: calls what takes long."""
    round_ = store["rounds"].require(event.subject)
    if round_["state"] not in ("frozen", "drawn"):
        return
    if "applications" not in round_:
        round_ = _collected(store, round_, run)
    frozen = orjson.loads(store.files.get(round_["applications"])[0])
    seed = tools.vault.open(bytes(round_["seed"]["sealed"]), seed_context(round_["_id"])).decode()
    result = run(record.drawn, frozen, seed)
    if round_["state"] == "frozen":
        round_ = _revealed(store, round_, result, now, run)
    _allotted(store, round_, result)
    _published(store, round_, result, now)


def _collected(store: Any, round_: Document, run: Run) -> Document:
    """The applications become a file that the round names; one that a crash left is not it."""
    listed, entries = schools(store, round_["_id"]), _accepted(store, round_["_id"])
    data = run(_entered, round_, listed, entries)
    file = _filed(store, round_, "applications", data)
    return Document(store["rounds"].save(round_, {**round_, "applications": file}))


def _filed(store: Any, round_: Document, what: str, data: bytes) -> str:
    """The id of a new file that holds `data`."""
    for attempt in range(FILES):
        id_ = f"{what}-{round_['_id']}-{attempt}"
        try:
            store.files.put(id_, data, filename=id_, media_type=JSON, owner=round_["_id"])
        except Duplicate:
            continue
        return id_
    raise Unexpected()


def _entered(
    round_: Mapping[str, Any], listed: Sequence[Any], entries: Sequence[Mapping[str, Any]]
) -> bytes:
    known = {school["code"]: school for school in listed}
    applications = [_application(entry, known, round_["classes"]) for entry in entries]
    published, seed_hash = record.terms(round_, listed), round_["seed"]["hash"]
    return record.canonical(record.entered(published, seed_hash, applications))


def _accepted(store: Any, round_: str) -> list[Document]:
    """The enrolments that are in the draw. Those whose acceptance has not been heard of yet are
    looked up."""
    found = store["enrolments"].find({"round": round_}, limit=MOST_APPLICATIONS, fields=READ)
    entered = [entry for entry in found if entry["state"] == "entered"]
    states = states_of(store, [e["case"] for e in entered if not e.get("accepted")])
    return [e for e in entered if e.get("accepted") or states.get(e["case"]) in IN_THE_DRAW]


def _application(
    entry: Mapping[str, Any], known: Mapping[str, Any], order: Sequence[str]
) -> Application:
    facts = entry["facts"]
    choices = [Choice(code, priority.rank(facts, known[code], order)) for code in entry["choices"]]
    return Application(entry["_id"], choices, entry["coordinate"])


def _revealed(
    store: Any, round_: Document, result: dict[str, Any], now: datetime, run: Run
) -> Document:
    data = run(record.canonical, result)
    after = {
        **rounds.moved(round_, "draw", SYSTEM, now),
        "revealed": result["seed"],
        "record": _filed(store, round_, "record", data),
        "record_digest": sha256(data).hexdigest(),
        "totals": {"applications": len(result["applications"]), "places": len(result["places"])},
    }
    return Document(store["rounds"].save(round_, after, [round_event(after, now)]))


def _allotted(store: Any, round_: Document, result: Mapping[str, Any]) -> None:
    """Each school gets its holders and its waiting list, once."""
    ranks = ranks_of(result["applications"])
    holders: dict[str, list[str]] = {}
    for id_, code in result["places"].items():
        holders.setdefault(code, []).append(id_)
    changes = []
    for school in schools(store, round_["_id"]):
        if not school["drawn"]:
            held = holders.get(school["code"], [])
            waiting = result["waiting"].get(school["code"], [])
            changes.append(Change(school, _school(school, held, waiting, ranks, result["seed"])))
    for some in _batches(changes):
        store["schools"].save_many(some)


def ranks_of(applications: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """(application, school): rank of the class there."""
    return {(a["id"], code): rank for a in applications for code, rank in a["choices"]}


def _school(
    school: Document,
    held: Sequence[str],
    waiting: Sequence[str],
    ranks: Mapping[tuple[str, str], int],
    seed: str,
) -> dict[str, Any]:
    code = school["code"]
    line = [(ranks[id_, code], lot(seed, id_), id_) for id_ in waiting]
    asked = sorted((ranks[i, code], lot(seed, i)) for i in held if (i, code) in ranks)
    figures = {
        "places": len(held),
        "waiting": len(waiting),
        "coordinated": len(held) - len(asked),
        "last": list(asked[-1]) if asked and waiting else None,
    }
    return {**places.drawn(school, held, line), "figures": figures}


def _published(store: Any, round_: Document, result: Mapping[str, Any], now: datetime) -> None:
    """Each enrolment gets its offer or waits, once; then the round is published."""
    lines: dict[str, list[str]] = {}
    for code, ids in result["waiting"].items():
        for id_ in ids:
            lines.setdefault(id_, []).append(code)
    drawn_at = next(e["at"] for e in round_["history"] if e["action"] == "draw")
    answer_by = local_day(drawn_at) + timedelta(days=round_["answer_days"])
    for some in _batches(result["applications"]):
        known = store["enrolments"].get_many([row["id"] for row in some])
        changes = []
        for row in some:
            before = known[row["id"]]
            if not before.get("drawn"):
                place = result["places"].get(row["id"])
                fresh = {**before, **_standing(round_, row, result["seed"])}
                after = _fate(fresh, place, lines.get(row["id"], []), answer_by, now)
                changes.append(keeping.change(before, after, round_, now))
        if changes:
            store["enrolments"].save_many(changes)
    after = {**rounds.moved(round_, "publish", SYSTEM, now), "ends": round_["ends_on"]}
    store["rounds"].save(round_, after, [round_event(after, now)])


def _standing(round_: Mapping[str, Any], row: Mapping[str, Any], seed: str) -> dict[str, Any]:
    classes = {code: round_["classes"][rank] for code, rank in row["choices"]}
    return {"drawn": True, "classes": classes, "lot": lot(seed, row["id"])}


def _fate(
    entry: dict[str, Any], place: str | None, line: Sequence[str], answer_by: date, now: datetime
) -> dict[str, Any]:
    if entry["state"] != "entered":
        return enrolments.moved(
            entry, "pass", now, **(enrolments.releasing(place, 0) if place else {})
        )
    waits = [code for code in entry["choices"] if code in line]
    if place:
        return enrolments.offered(entry, enrolments.Given(place, 0, answer_by), waits, now)
    return enrolments.waiting(entry, waits, now)


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))
