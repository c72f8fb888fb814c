"""Who read what about a citizen: the records of the evidence that are about them.

Guarantees: every record of the log whose subjects, or one of whose keys, are the citizen's, their
wards' or a legal person's they act for; and no other. Does not: hold a copy: what is told is the
log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from services.exchange.domain import log as rules
from services.exchange.domain import lookups
from services.exchange.domain.batch import WITH_LEAVES, document_id
from shared.documents import Storage, decode_cursor, encode_cursor
from shared.errors import FieldError, Invalid, NotFound
from shared.text import Text

MOST = 10_000
"""Pages, and chunks of batches, about one citizen."""
AT_ONCE = 16
CURSOR = "my-data"
PLACE = re.compile(r"\d{1,15}", re.ASCII)

Subjects = Mapping[str, Mapping[str, Any]]
"""By keyed hash: {"relation" ("self", "ward", "legal-person"), "name"}."""


class Reading(NamedTuple):
    """A record in its place, and whom of the asked it is about (keyed hashes)."""

    index: int
    leaf: str
    record: Mapping[str, Any]
    about: Sequence[str]


def subjects_of(people: Iterable[Mapping[str, Any]], codes: Iterable[str]) -> dict[str, Any]:
    """Subjects as the log names them. people: [{"relation", "person", "name"}] from identity;
    codes: unified social credit codes of legal persons."""
    named = {p["person"]: {"relation": p["relation"], "name": p["name"]} for p in people}
    legal = {f"uscc:{code}": {"relation": "legal-person", "name": code} for code in codes}
    return {**named, **legal}


def readings(
    store: Storage, subjects: Subjects, limit: int, cursor: str | None
) -> tuple[list[Reading], str | None]:
    """At most `limit` readings, the newest first, and where the next page begins."""
    found: list[Reading] = []
    for reading in _backwards(store, subjects, _place(cursor)):
        if len(found) == limit:
            return found, encode_cursor(found[-1].index, CURSOR)
        found.append(reading)
    return found, None


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    value, name = decode_cursor(cursor)
    if name != CURSOR or not isinstance(value, int):
        detail = Text("游标无效，请从第一页重新开始", "Not a cursor of this list; begin again")
        raise Invalid(errors=[FieldError("/cursor", detail, "cursor")])
    return value


def reading(store: Storage, subjects: Subjects, place: str) -> Reading:
    """The reading in this place of the log, `NotFound` where it is about nobody of `subjects`."""
    index = int(place) if PLACE.fullmatch(place) else -1
    newest = next(_backwards(store, subjects, index + 1), None)
    if newest is None or newest.index != index:
        raise NotFound(Text("没有这条查询记录", "There is no such reading of your data"))
    return newest


def _backwards(store: Storage, subjects: Subjects, before: int | None) -> Iterator[Reading]:
    batches = _batches(store, subjects)
    for page in _pages(store, subjects, batches, before):
        for place in reversed(range(page["count"])):
            index, text = page["first"] + place, page["records"][place]
            if before is not None and index >= before:
                continue
            record = orjson.loads(text)
            if about := _about(record, subjects, batches):
                yield Reading(index, rules.leaf(text).hex(), record, about)


def _about(record: Mapping[str, Any], subjects: Subjects, batches: Subjects) -> list[str]:
    of_keys = batches.get(document_id(record), ()) if record["kind"] in WITH_LEAVES else ()
    return sorted({s for s in record["subjects"] if s in subjects}.union(of_keys))


def _batches(store: Storage, subjects: Subjects) -> dict[str, Any]:
    """The asked subjects in each chunk of a batch, by the chunk's id."""
    found = store["batch_leaves"].find(
        {"subjects": {"$in": list(subjects)}}, limit=MOST, fields=("subjects",)
    )
    return {one["_id"]: [s for s in one["subjects"] if s in subjects] for one in found}


def _pages(
    store: Storage, subjects: Subjects, batches: Iterable[str], before: int | None
) -> Iterator[Mapping[str, Any]]:
    """The pages with such records, the newest first, some at a time."""
    requests = sorted({id_.partition("/")[0] for id_ in batches})
    about = [lookups.of_subject(subject) for subject in subjects]
    wanted = [{"lookups": {"$in": about}}, *({"lookups": lookups.of_request(i)} for i in requests)]
    numbers = {
        page["n"]
        for filter_ in wanted
        for page in store["pages"].find(filter_, limit=MOST, fields=("n", "first"))
        if before is None or page["first"] < before
    }
    newest = sorted(numbers, reverse=True)
    for start in range(0, len(newest), AT_ONCE):
        ids = [rules.page_id(n) for n in newest[start : start + AT_ONCE]]
        there = store["pages"].get_many(ids)
        yield from (there[id_] for id_ in ids)
