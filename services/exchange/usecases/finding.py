"""By what each page of the log is found, told as it stands in the database, so that who audits the
log can hold it against the records: what a page is found by is not signed.

Guarantees: every page in its order, read by its number and by nothing else; at the end how many
there are. Does not: judge.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.exchange.domain import log as rules
from services.exchange.domain.reach import reads_all
from shared.documents import Document, Storage
from shared.entrypoints import Call
from shared.errors import Forbidden
from shared.exchange.messages import canonical
from shared.text import Text

AT_ONCE = 32
TOLD = (*rules.SIGNED, "signature", "lookups")


def listed(store: Storage, call: Call) -> Iterator[bytes]:
    """NDJSON: {header (what is signed of the page), signature, lookups} of each page from the
    number `from` on, and at the end {pages}."""
    if not reads_all(call.signed_in):
        told = Text("仅限省级监督人员", "Only for those who supervise the province")
        raise Forbidden(told)
    return _lines(store, call.query["from_"])


def _lines(store: Storage, first: int) -> Iterator[bytes]:
    n = first
    while page := _pages(store, n):
        for one in page:
            told = {"header": rules.header(one), "signature": one["signature"]}
            yield canonical({**told, "lookups": one["lookups"]}) + b"\n"
        n += len(page)
    yield canonical({"pages": n}) + b"\n"


def _pages(store: Storage, first: int) -> list[Document]:
    """The next pages; none after one that is missing."""
    ids = [rules.page_id(n) for n in range(first, first + AT_ONCE)]
    found = store["pages"].find({"_id": {"$in": ids}}, limit=AT_ONCE, fields=TOLD)
    there = {one["_id"]: one for one in found}
    known = []
    for id_ in ids:
        if id_ not in there:
            break
        known.append(there[id_])
    return known
