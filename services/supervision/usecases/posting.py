"""How what cases count for reaches the figures, exactly once.

    posting  {_id, at, cases: [{id, version, subject, counts}]}    one for a batch of cases

A batch is written in four steps: the posting, with what each case would add; the cases, each naming
the posting in the write that changes it; the figures, each naming the posting as long as it lives;
then the posting is removed. Whoever finds a posting alive can finish it: what counts is which of
its cases name it, and a figure that names it has it already.

Guarantees: nothing is lost and nothing counted twice, whenever a process dies, whoever else is at
work. Does not: let a case be changed while a posting that it names is alive (`finish` it first).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.supervision.domain import figures
from services.supervision.domain.counts import difference, plus, total
from services.supervision.domain.record import SUBJECT, blank
from shared.documents import Change, Document, Storage
from shared.errors import Duplicate, Stale

LEFT_BEHIND = timedelta(seconds=30)
"""Age from which a posting counts as left by a crash."""
MANY = 100

Pair = tuple[Document | None, dict[str, Any]]


def save(
    store: Storage,
    pairs: Sequence[Pair],
    events: Mapping[str, Sequence[Mapping[str, Any]]],
    posting_id: str,
    now: datetime,
) -> None:
    """Write cases (before, after), their events, and what they add to the figures.

    `Stale` where somebody was faster with one of them: run again.
    """
    entries = [_entry(before, after) for before, after in pairs]
    counted = [entry for entry in entries if entry["counts"]]
    if not counted:
        store["cases"].save_many([Change(b, a, events.get(a["_id"], ())) for b, a in pairs])
        return
    posting = store["postings"].add({"_id": posting_id, "at": now, "cases": counted})
    naming = {entry["id"] for entry in counted}
    changes = [
        Change(
            b, {**a, "posting": posting_id} if a["_id"] in naming else a, events.get(a["_id"], ())
        )
        for b, a in pairs
    ]
    try:
        store["cases"].save_many(changes)
    except Stale:
        _post(store, posting, _naming(store, posting))
        raise
    _post(store, posting, naming)


def _entry(before: Document | None, after: Mapping[str, Any]) -> dict[str, Any]:
    counts = difference(after["counts"], before["counts"] if before else {})
    subject = {name: after[name] for name in ("service", *SUBJECT)}
    version = before["version"] if before else 0
    return {"id": after["_id"], "version": version, "subject": subject, "counts": counts}


def _naming(store: Storage, posting: Mapping[str, Any]) -> set[str]:
    """The cases of the posting that were written with it."""
    cases = store["cases"].get_many([entry["id"] for entry in posting["cases"]])
    return {id_ for id_, case in cases.items() if case.get("posting") == posting["_id"]}


def _post(store: Storage, posting: Mapping[str, Any], valid: Iterable[str]) -> None:
    """Add what the valid cases of the posting count for, and end it."""
    written = set(valid)
    sums = total([entry["counts"] for entry in posting["cases"] if entry["id"] in written])
    while True:
        kept = store["figures"].get_many(sums)
        named = {posting["_id"], *(p for figure in kept.values() for p in figure["postings"])}
        # After the figures were read: a posting that is alive now was named by them all along.
        alive = store["postings"].get_many(named).keys()
        if posting["_id"] not in alive:
            return
        changes = [
            Change(
                kept.get(key), _figure(kept.get(key) or figures.blank(key), counts, alive, posting)
            )
            for key, counts in sums.items()
            if key not in kept or posting["_id"] not in kept[key]["postings"]
        ]
        try:
            store["figures"].save_many(changes)
        except Stale:
            continue
        store["postings"].remove(posting["_id"])
        return


def _figure(
    before: Mapping[str, Any],
    counts: Mapping[str, int],
    alive: Iterable[str],
    posting: Mapping[str, Any],
) -> dict[str, Any]:
    named = [p for p in before["postings"] if p in set(alive)]
    counted = plus(before["counts"], counts)
    return {**before, "counts": counted, "postings": [*named, posting["_id"]]}


def finish(store: Storage, ids: Iterable[str]) -> bool:
    """End those of the postings that are alive; whether there was any."""
    postings = store["postings"].get_many(ids)
    for posting in postings.values():
        _fence(store, posting)
        _post(store, posting, _naming(store, posting))
    return bool(postings)


def finish_left_behind(store: Storage, now: datetime) -> None:
    """End the postings that a crash has left."""
    left = store["postings"].find({"at": {"$lte": now - LEFT_BEHIND}}, limit=MANY, fields=("at",))
    finish(store, [posting["_id"] for posting in left])


def _fence(store: Storage, posting: Mapping[str, Any]) -> None:
    """See to it that a case of the posting that is not written yet cannot be any more."""
    cases = store["cases"].get_many([entry["id"] for entry in posting["cases"]])
    for entry in posting["cases"]:
        case = cases.get(entry["id"])
        try:
            if case is None:
                store["cases"].add(
                    blank(entry["id"], entry["subject"]["service"], entry["subject"])
                )
            elif case["version"] == entry["version"]:
                store["cases"].save(case, case)
        except (Duplicate, Stale):
            continue  # somebody has moved it: `_naming` looks at what it has become
