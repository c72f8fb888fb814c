"""How what cases count for reaches the figures, exactly once.

    posting  {_id, at, cases: [{id, version, subject, counts}]}    one for a batch of cases

A batch is written in four steps: the posting, with what each case would add; the cases, each naming
the posting in the write that changes it; the figures, each naming the posting as long as it lives;
then the posting is removed. Whoever finds a posting can finish it: what counts is which of its
cases name it, and a figure that names it has it already. So the last two steps can be taken later,
for many postings together (`Post`).

Guarantees: nothing is lost and nothing counted twice, whenever a process dies, whoever else is at
work. Does not: show in the figures at once what was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.supervision.domain import figures
from services.supervision.domain.counts import Contribution, difference, plus, total
from services.supervision.domain.record import SUBJECT, blank
from shared.documents import Change, Document, Storage
from shared.errors import Duplicate, Stale

LEFT_BEHIND = timedelta(seconds=10)
"""Age from which a posting counts as left by a crash."""
MANY = 100

Pair = tuple[Document | None, dict[str, Any]]
Due = tuple[str, Contribution]
"""A posting's id, and what its cases that were written with it count for."""
Post = Callable[[Storage, Due], None]
"""Brings a posting to the figures, now or a little later."""


def save(
    store: Storage,
    pairs: Sequence[Pair],
    events: Mapping[str, Sequence[Mapping[str, Any]]],
    posting_id: str,
    now: datetime,
) -> Due | None:
    """Write cases (before, after) with their events; what is due to the figures.

    `Stale` where somebody was faster with one of them: run again.
    """
    entries = [_entry(before, after) for before, after in pairs]
    counted = {entry["id"]: entry for entry in entries if entry["counts"]}
    if not counted:
        store["cases"].save_many([Change(b, a, events.get(a["_id"], ())) for b, a in pairs])
        return None
    posting = {"_id": posting_id, "at": now, "cases": list(counted.values())}
    store["postings"].add(posting)
    changes = [
        Change(b, _naming(a, posting_id) if a["_id"] in counted else a, events.get(a["_id"], ()))
        for b, a in pairs
    ]
    try:
        store["cases"].save_many(changes)
    except Stale:
        post(store, [_due(store, posting)])
        raise
    return posting_id, total([entry["counts"] for entry in counted.values()])


def _entry(before: Document | None, after: Mapping[str, Any]) -> dict[str, Any]:
    counts = difference(after["counts"], before["counts"] if before else {})
    subject = {name: after[name] for name in ("service", *SUBJECT)}
    version = before["version"] if before else 0
    return {"id": after["_id"], "version": version, "subject": subject, "counts": counts}


def _naming(case: Mapping[str, Any], posting_id: str) -> dict[str, Any]:
    return {**case, "postings": [*case.get("postings", ()), posting_id]}


def forget(store: Storage, cases: Iterable[Document]) -> None:
    """Take the postings that have ended out of `cases` as they were read."""
    naming = [case for case in cases if case.get("postings")]
    alive = store["postings"].get_many({p for case in naming for p in case["postings"]})
    for case in naming:
        case["postings"] = [p for p in case["postings"] if p in alive]


def _due(store: Storage, posting: Mapping[str, Any]) -> Due:
    """What those cases of the posting count for that were written with it."""
    cases = store["cases"].get_many([entry["id"] for entry in posting["cases"]])
    written = {id_ for id_, c in cases.items() if posting["_id"] in c.get("postings", ())}
    return posting["_id"], total([e["counts"] for e in posting["cases"] if e["id"] in written])


def post_one(store: Storage, due: Due) -> None:
    """Bring one posting to the figures now."""
    post(store, [due])


def post(store: Storage, dues: Sequence[Due]) -> None:
    """Bring postings to the figures, and end them."""
    keys = {key for _, counts in dues for key in counts}
    while True:
        kept = store["figures"].get_many(keys)
        named = {id_ for id_, _ in dues} | {
            p for figure in kept.values() for p in figure["postings"]
        }
        # After the figures were read: a posting that is alive now was named by them all along.
        alive = store["postings"].get_many(named).keys()
        try:
            changes = list(_changes(kept, dues, alive))
            for first in range(0, len(changes), MANY):
                store["figures"].save_many(changes[first : first + MANY])
        except Stale:
            continue
        for id_, _ in dues:
            if id_ in alive:
                store["postings"].remove(id_)
        return


def _changes(
    kept: Mapping[str, Document], dues: Sequence[Due], alive: Collection[str]
) -> Iterable[Change]:
    after: dict[str, dict[str, Any]] = {}
    for id_, counted in dues:
        for key, counts in counted.items():
            figure = after.get(key) or kept.get(key) or figures.blank(key)
            if id_ in alive and id_ not in figure["postings"]:
                named = [p for p in figure["postings"] if p in alive]
                sums = plus(figure["counts"], counts)
                after[key] = {**figure, "counts": sums, "postings": [*named, id_]}
    return (Change(kept.get(key), figure) for key, figure in after.items())


def finish(store: Storage, ids: Iterable[str]) -> None:
    """End those of the postings that are alive."""
    for posting in store["postings"].get_many(ids).values():
        _fence(store, posting)
        post(store, [_due(store, posting)])


def finish_left_behind(store: Storage, now: datetime, besides: Collection[str] = ()) -> None:
    """End the postings that a crash has left; `besides`: are being worked on."""
    left = store["postings"].find({"at": {"$lte": now - LEFT_BEHIND}}, limit=MANY, fields=("at",))
    finish(store, [posting["_id"] for posting in left if posting["_id"] not in besides])


def _fence(store: Storage, posting: Mapping[str, Any]) -> None:
    """See to it that a case of the posting that is not written yet cannot be any more."""
    cases = store["cases"].get_many([entry["id"] for entry in posting["cases"]])
    for entry in posting["cases"]:
        case = cases.get(entry["id"])
        try:
            if case is None:
                subject = entry["subject"]
                store["cases"].add(blank(entry["id"], subject["service"], subject))
            elif case["version"] == entry["version"]:
                store["cases"].save(case, case)
        except (Duplicate, Stale):
            continue  # somebody has moved it: `_due` looks at what it has become
