"""The public figures, kept exactly: what each case counts is posted once, whatever breaks.

The ledger's head is the truth of what is going on. A posting is one write of it: its number, the
facts heard, what each case counts from now on, and by how much each figure changes (`loose`). Then
the cases are written. When much is loose, another posting moves it to the shelves where figures lie
by department and city. Cases and shelves keep the number of the posting they had last, so one
that broke off is finished by whoever comes next, and nothing is added twice. Two workers cannot
make the same posting: the head has a version.

Guarantees: shelves and what is loose are the sum of what all cases count, whatever the order,
repeats or crashes. Does not: run in parallel; it takes many facts at once instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.feedback.domain import cases, figures
from services.feedback.domain.figures import Delta, Key
from shared.division import ancestors
from shared.documents import Change, Document, Storage
from shared.errors import Stale
from shared.events import Event

HEAD = "head"
RACES = 20
"""Tries to write what others are writing as well."""

MOST_LOOSE = 300
"""Figures that change before they are written to their shelves."""
EMPTY = {"number": 0, "open": "", "entries": [], "loose": [], "moving": []}

Fact = Mapping[str, Any]


def take_in(store: Storage, events: Iterable[Event]) -> None:
    """Post what the events of cases tell; repeats and late ones change nothing."""
    facts = [cases.fact(e.subject, e.source, e.sequence, e.data) for e in events]
    heard = [fact for fact in facts if fact is not None]
    if heard:
        post(store, heard, ())


def recount(store: Storage, ids: Iterable[str]) -> None:
    """Post what has changed in what these cases count: they were evaluated."""
    post(store, (), ids)


def post(store: Storage, facts: Sequence[Fact], ids: Iterable[str]) -> None:
    """One posting; `Stale` where somebody else made one meanwhile: do it again."""
    head = settled(store)
    if len(head["loose"]) >= MOST_LOOSE:
        head = shelved(store, head)
    newest: dict[str, Fact] = {}
    for fact in facts:
        if fact["sequence"] > newest.get(fact["case"], {"sequence": 0})["sequence"]:
            newest[fact["case"]] = fact
    known = store["cases"].get_many({*newest, *ids})
    entries, deltas = _entries(known, newest)
    if not entries:
        return
    after = {
        **head,
        "number": head["number"] + 1,
        "open": "cases",
        "entries": entries,
        "loose": told(figures.summed([*loose(head), *deltas])),
    }
    _finish(store, store["ledger"].save(head, after), known)


def shelved(store: Storage, head: Document) -> Document:
    """Move what is loose to the shelves."""
    moving = {"open": "figures", "moving": head["loose"], "loose": []}
    after = {**head, "number": head["number"] + 1, **moving}
    return _finish(store, store["ledger"].save(head, after), None)


def head_of(store: Storage) -> Document:
    """The ledger's head as it is."""
    return store["ledger"].get(HEAD) or store["ledger"].ensure({"_id": HEAD, **EMPTY})


def settled(store: Storage) -> Document:
    """The ledger's head, with its last posting finished."""
    head = head_of(store)
    return _finish(store, head, None) if head["open"] else head


def loose(head: Mapping[str, Any], name: str = "loose") -> list[Delta]:
    """The differences that are not on the shelves yet; name "moving": those on their way."""
    return [Delta(Key(*row["key"]), row["counts"]) for row in head[name]]


def told(deltas: Iterable[Delta]) -> list[dict[str, Any]]:
    """Differences as they are stored."""
    return [{"key": list(delta.key), "counts": delta.counts} for delta in deltas]


def shelf_of(key: Key) -> str:
    """The id of the shelf where the figures of `key` lie."""
    return f"{key.department}/{figures.city_of(key.division)}"


def _entries(
    known: Mapping[str, Document], newest: Mapping[str, Fact]
) -> tuple[list[dict[str, Any]], list[Delta]]:
    entries: list[dict[str, Any]] = []
    deltas: list[Delta] = []
    for id_ in sorted({*known, *newest}):
        before, fact = known.get(id_), newest.get(id_)
        after = cases.heard(before, fact)
        counted = figures.counted(after)
        is_new = before is None or (fact is not None and fact["sequence"] > before["moved"])
        if is_new or counted != _counted(before):
            deltas += figures.differences(before, after)
            entries.append({"case": id_, "fact": fact if is_new else None, "counted": counted})
    return entries, figures.summed(deltas)


def _counted(before: Document | None) -> figures.Counts:
    return figures.without_zeros(before.get("counted") or {}) if before else {}


def _finish(store: Storage, head: Document, known: Mapping[str, Document] | None) -> Document:
    """Write what the posting in `head` says, and close it. known: cases just read."""
    if head["open"] == "cases":
        _write_cases(store, head, known)
    else:
        _write_shelves(store, head)
    return store["ledger"].save(head, {**head, "open": "", "entries": [], "moving": []})


def _write_cases(store: Storage, head: Document, known: Mapping[str, Document] | None) -> None:
    number, entries = head["number"], head["entries"]
    for attempt in range(RACES):
        if attempt or known is None:
            known = store["cases"].get_many(e["case"] for e in entries)
        changes = [
            Change(before, _posted(before, entry, number))
            for entry in entries
            for before in [known.get(entry["case"])]
            if before is None or before.get("posting", 0) < number
        ]
        try:
            return store["cases"].save_many(changes)
        except Stale:
            continue
    raise Stale()


def _posted(before: Document | None, entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    after = cases.heard(before, entry["fact"])
    return {**after, "counted": entry["counted"], "posting": number}


def _write_shelves(store: Storage, head: Document) -> None:
    by_shelf: dict[str, list[Delta]] = {}
    for delta in loose(head, "moving"):
        by_shelf.setdefault(shelf_of(delta.key), []).append(delta)
    for _ in range(RACES):
        known = store["figures"].get_many(by_shelf)
        changes = [
            Change(before, _shelf(before, id_, deltas, head["number"]))
            for id_, deltas in by_shelf.items()
            for before in [known.get(id_)]
            if before is None or before["posting"] < head["number"]
        ]
        try:
            return store["figures"].save_many(changes)
        except Stale:
            continue
    raise Stale()


def _shelf(
    before: Document | None, id_: str, deltas: Sequence[Delta], number: int
) -> dict[str, Any]:
    department, _, city = id_.rpartition("/")
    return {
        "_id": id_,
        "department": department,
        "within": list(ancestors(city)),
        "rows": figures.posted(before["rows"] if before else [], deltas),
        "posting": number,
    }
