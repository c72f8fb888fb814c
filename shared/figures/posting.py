"""How what documents count for reaches the figures, exactly once.

    posting  {_id, at, entries: [{id, version, counts, blank?}]}    one for a batch of documents
    cases    each with `counts`, its contribution as it was posted last, and `postings`
    figures  {_id, rows: [{key, counts}], postings, ...}            pages, each with many keys

A batch is written in four steps: the posting, with what each document would add; the documents,
each naming the posting in the write that changes it; the figures, each naming the posting as long
as it lives; then the posting is removed. Whoever finds a posting can finish it: what counts is
which of its documents name it, and figures that name it have it already. So the last two steps can
be taken later, for many postings together (`Books.post`).

Guarantees: nothing is lost and nothing counted twice, whenever a process dies, whoever else is at
work. Does not: show in the figures at once what was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.documents import Change, Document, Storage
from shared.errors import Duplicate, Stale
from shared.figures.counting import Contribution, Counts, difference, total

LEFT_BEHIND = timedelta(seconds=10)
"""Age from which a posting counts as left by a crash."""
PAGES, MANY = 50, 100
"""Pages of figures written in one go, and postings finished."""

Pair = tuple[Document | None, Mapping[str, Any]]
Due = tuple[str, Contribution]
"""A posting's id, and what its documents that were written with it count for."""
Post = Callable[[Storage, Due], None]
"""Brings a posting to the figures, now or a little later."""
ByPosting = dict[str, Contribution]
Events = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Books:
    """How a service keeps its figures; the collections are "cases", "postings" and "figures".

    blank: the document of which nothing is known yet but whose it is, made from a new one; it
    counts for nothing, and what is heard of it later fills it.
    page_of: the id of the page on which the figures of a key are kept.
    page: what the page with an id is found by.
    """

    blank: Callable[[Mapping[str, Any]], dict[str, Any]]
    page_of: Callable[[str], str]
    page: Callable[[str], dict[str, Any]]

    def save(
        self, store: Storage, pairs: Sequence[Pair], events: Events, posting_id: str, now: datetime
    ) -> Due | None:
        """Write documents (before, after) with their events; what is due to the figures.

        `before` as `forget` has left it. `Stale` where somebody was faster with one of them: run
        again.
        """
        entries = [self._entry(before, after) for before, after in pairs]
        counted = {entry["id"]: entry for entry in entries if entry["counts"]}
        if not counted:
            store["cases"].save_many(_changes(pairs, events))
            return None
        posting = {"_id": posting_id, "at": now, "entries": list(counted.values())}
        store["postings"].add(posting)
        named = [(b, _naming(a, posting_id) if a["_id"] in counted else a) for b, a in pairs]
        try:
            store["cases"].save_many(_changes(named, events))
        except Stale:
            self.post(store, [_due(store, posting)])
            raise
        return posting_id, total(entry["counts"] for entry in counted.values())

    def _entry(self, before: Document | None, after: Mapping[str, Any]) -> dict[str, Any]:
        counts = difference(after["counts"], before.get("counts", {}) if before else {})
        entry = {"id": after["_id"], "counts": counts}
        if before is None:
            return {**entry, "version": 0, "blank": self.blank(after)}
        return {**entry, "version": before["version"]}

    def post_one(self, store: Storage, due: Due) -> None:
        """Bring one posting to the figures now."""
        self.post(store, [due])

    def post(self, store: Storage, dues: Sequence[Due]) -> None:
        """Bring postings to the figures, and end them."""
        told = self._by_page(dues)
        ids = sorted(told)
        for first in range(0, len(ids), PAGES):
            self._post_pages(store, {id_: told[id_] for id_ in ids[first : first + PAGES]})
        store["postings"].remove_many([id_ for id_, _ in dues])

    def _by_page(self, dues: Sequence[Due]) -> dict[str, ByPosting]:
        found: dict[str, ByPosting] = {}
        for posting, contribution in dues:
            for key, counts in contribution.items():
                page = found.setdefault(self.page_of(key), {})
                page.setdefault(posting, {})[key] = counts
        return found

    def _post_pages(self, store: Storage, told: Mapping[str, ByPosting]) -> None:
        while True:
            kept = store["figures"].get_many(told)
            named = {p for by_posting in told.values() for p in by_posting}
            named.update(p for page in kept.values() for p in page["postings"])
            # After the figures were read: a posting that is alive now was named by them all along.
            alive = _alive(store, named)
            changes = (self._change(kept.get(id_), id_, told[id_], alive) for id_ in told)
            try:
                store["figures"].save_many([change for change in changes if change])
            except Stale:
                continue
            return

    def _change(
        self, before: Document | None, id_: str, told: ByPosting, alive: Collection[str]
    ) -> Change | None:
        known = before["postings"] if before else []
        fresh = {p: counts for p, counts in told.items() if p in alive and p not in known}
        if not fresh:
            return None
        old = dict(rows_of([before])) if before else {}
        rows = total([old, *fresh.values()])
        after = {
            **(before or {"_id": id_, **self.page(id_)}),
            "rows": [{"key": key, "counts": counts} for key, counts in rows.items()],
            "postings": [*(p for p in known if p in alive), *fresh],
        }
        return Change(before, after)

    def finish(self, store: Storage, ids: Iterable[str]) -> None:
        """End those of the postings that are alive."""
        for posting in store["postings"].get_many(ids).values():
            _fence(store, posting)
            self.post(store, [_due(store, posting)])

    def finish_left_behind(
        self, store: Storage, now: datetime, besides: Collection[str] = ()
    ) -> None:
        """End the postings that a crash has left; `besides`: are being worked on."""
        old = {"at": {"$lte": now - LEFT_BEHIND}}
        left = store["postings"].find(old, limit=MANY, fields=("at",))
        self.finish(store, [posting["_id"] for posting in left if posting["_id"] not in besides])


def rows_of(pages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Counts]]:
    """What the pages say: keys, each with its counts."""
    return ((row["key"], row["counts"]) for page in pages for row in page["rows"])


def forget(store: Storage, documents: Iterable[Document]) -> None:
    """Take the postings that have ended out of `documents` as they were read."""
    naming = [document for document in documents if document.get("postings")]
    alive = _alive(store, {p for one in naming for p in one["postings"]})
    for document in naming:
        document["postings"] = [p for p in document["postings"] if p in alive]


def _alive(store: Storage, ids: Collection[str]) -> set[str]:
    if not ids:
        return set()
    found = store["postings"].find({"_id": {"$in": list(ids)}}, limit=len(ids), fields=("at",))
    return {posting["_id"] for posting in found}


def _changes(pairs: Iterable[Pair], events: Events) -> list[Change]:
    return [Change(before, after, events.get(after["_id"], ())) for before, after in pairs]


def _naming(document: Mapping[str, Any], posting_id: str) -> dict[str, Any]:
    return {**document, "postings": [*document.get("postings", ()), posting_id]}


def _due(store: Storage, posting: Mapping[str, Any]) -> Due:
    """What those documents of the posting count for that were written with it."""
    found = store["cases"].get_many([entry["id"] for entry in posting["entries"]])
    written = {id_ for id_, one in found.items() if posting["_id"] in one.get("postings", ())}
    return posting["_id"], total(e["counts"] for e in posting["entries"] if e["id"] in written)


def _fence(store: Storage, posting: Mapping[str, Any]) -> None:
    """See to it that a document of the posting that is not written yet cannot be any more."""
    found = store["cases"].get_many([entry["id"] for entry in posting["entries"]])
    for entry in posting["entries"]:
        document = found.get(entry["id"])
        try:
            if document is None and "blank" in entry:
                store["cases"].add(entry["blank"])
            elif document is not None and document["version"] == entry["version"]:
                store["cases"].save(document, document)
        except (Duplicate, Stale):
            continue  # somebody has moved it: `_due` looks at what it has become
