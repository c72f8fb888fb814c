"""Figures made again from the documents that they count, beside the service that keeps them.

First every document whose contribution is not what its rules say now is saved with the right one,
by a posting as always. Then all are counted, and every page that differs is written.

Guarantees: a page is written only where nothing that it tells can have changed while the documents
were counted: its version is the one from before, and no posting that concerns it is alive. (A
posting is there before its documents are written, and goes only after its pages are.) Pages that
were busy are tried again, in `ROUNDS`, then left and told.
Does not: wait for a quiet time; pause what feeds the figures where pages are left.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.documents import Change, Document, Storage
from shared.errors import Stale
from shared.figures.counting import Contribution, Counts, plus
from shared.figures.posting import LEFT_BEHIND, Books, Pair, forget, rows_of
from shared.projection import Progress
from shared.races import until_fresh

BATCH = 50
TOLD_EVERY = 1_000
ROUNDS = 5

Corrected = Callable[[Document], Mapping[str, Any] | None]
"""The document as it must be; None where it is so."""
NewId = Callable[[], str]


def rebuild(
    books: Books, store: Storage, corrected: Corrected, now: datetime, new_id: NewId
) -> Iterator[Progress]:
    """Make documents' contributions right, then the figures."""
    books.finish_left_behind(store, now + LEFT_BEHIND)
    yield from _documents(books, store, corrected, now, new_id)
    for round_ in range(ROUNDS):
        progress = yield from _figures(books, store)
        if not progress.left or round_ == ROUNDS - 1:
            return


def _documents(
    books: Books, store: Storage, corrected: Corrected, now: datetime, new_id: NewId
) -> Iterator[Progress]:
    done = changed = 0
    wrong: list[str] = []
    for case in store["cases"].each({}):
        done += 1
        if corrected(case) is not None:
            wrong.append(case["_id"])
        if len(wrong) == BATCH:
            changed += _correct(books, store, corrected, wrong, now, new_id)
            wrong = []
        if done % TOLD_EVERY == 0:
            yield Progress("cases", done, changed)
    changed += _correct(books, store, corrected, wrong, now, new_id)
    yield Progress("cases", done, changed)


def _correct(
    books: Books,
    store: Storage,
    corrected: Corrected,
    ids: Sequence[str],
    now: datetime,
    new_id: NewId,
) -> int:
    """Save those as they must be; how many were not."""

    def once() -> int:
        kept = store["cases"].get_many(ids)
        forget(store, kept.values())
        found = [(case, corrected(case)) for case in kept.values()]
        pairs: list[Pair] = [(case, after) for case, after in found if after is not None]
        if pairs and (due := books.save(store, pairs, {}, new_id(), now)):
            books.post_one(store, due)
        return len(pairs)

    return until_fresh(once)


def _figures(books: Books, store: Storage) -> Generator[Progress, None, Progress]:
    before = {page["_id"]: page["version"] for page in store["figures"].each({})}
    counted: Contribution = {}
    for done, case in enumerate(store["cases"].each({}), 1):
        for key, counts in case.get("counts", {}).items():
            counted[key] = plus(counted.get(key, {}), counts)
        if done % TOLD_EVERY == 0:
            yield Progress("counting", done, 0)
    progress = _written(books, store, before, _by_page(books, counted))
    yield progress
    return progress


def _written(
    books: Books,
    store: Storage,
    before: Mapping[str, int],
    counted: Mapping[str, Mapping[str, Counts]],
) -> Progress:
    busy = {books.page_of(key) for key in _in_postings(store)}
    ids = sorted({*before, *counted})
    changed = left = 0
    for id_ in ids:
        page, rows = store["figures"].get(id_), counted.get(id_, {})
        if dict(rows_of([page]) if page else ()) == rows:
            continue
        version = page["version"] if page else None
        if id_ not in busy and version == before.get(id_) and _write(books, store, page, id_, rows):
            changed += 1
        else:
            left += 1
    return Progress("figures", len(ids), changed, left)


def _write(
    books: Books, store: Storage, page: Document | None, id_: str, rows: Mapping[str, Counts]
) -> bool:
    told = [{"key": key, "counts": rows[key]} for key in sorted(rows)]
    kept = page or {"_id": id_, **books.page(id_), "postings": []}
    try:
        store["figures"].save_many([Change(page, {**kept, "rows": told})])
    except Stale:
        return False
    return True


def _in_postings(store: Storage) -> set[str]:
    """The keys that postings under way concern."""
    entries = (entry for posting in store["postings"].each({}) for entry in posting["entries"])
    return {key for entry in entries for key in entry["counts"]}


def _by_page(books: Books, counted: Contribution) -> dict[str, dict[str, Counts]]:
    found: dict[str, dict[str, Counts]] = {}
    for key, counts in counted.items():
        if counts:
            found.setdefault(books.page_of(key), {})[key] = counts
    return found
