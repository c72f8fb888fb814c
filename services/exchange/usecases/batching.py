"""Many keys in one request: a chunk of a batch, and whole batches as a stream.

Guarantees: as a query (`using`): no row is released whose record and leaf are not kept. A chunk is
one request, so whoever asks again after a crash, with the same ids, gets what is left, and what was
answered is not recorded twice. Leaves are kept before their record: without it they prove nothing.
Does not: promise one point in time for all keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from services.exchange.domain import batch
from services.exchange.domain.members import member_of
from services.exchange.usecases.admitting import Admitted, admitted, repeatable
from services.exchange.usecases.office import Json, Office, Proof, Token
from services.exchange.usecases.using import (
    Headers,
    appended,
    asked_of,
    entry_of,
    origin,
    proven,
    receipt_of,
    subjects_of,
)
from shared.access import Caller
from shared.ahead import in_order
from shared.errors import Forbidden, ServiceError, problem
from shared.events import derived_id
from shared.exchange.order import KEYS_AT_ONCE
from shared.text import Text

CHUNKS_AT_ONCE = 2
"""Of a batch over HTTP: one is sent while the next is made."""
MOST_KEYS = 10_000
"""Of a batch over HTTP."""


def chunk(
    office: Office, given: Any, proof: Proof, headers: Headers | None = None
) -> dict[str, Any]:
    """{rows, provider, resource, version, at, receipt}; a row is the asked fields, or None."""
    return repeatable(proof, lambda: _chunk(office, given, proof, headers))


def _chunk(office: Office, given: Any, proof: Proof, headers: Headers | None) -> dict[str, Any]:
    asked = admitted(office, given, proof, kinds=("batch",))
    answer, receipt = _answered(office, asked, headers)
    return {"rows": answer["rows"], **origin(asked, answer), "receipt": receipt}


def _answered(
    office: Office, asked: Admitted, headers: Headers | None
) -> tuple[Json, dict[str, Any]]:
    if asked.before is not None:
        answer = asked_of(office, asked, asked.before.record["salt"], headers)
        if answer["digest"] == asked.before.record["response"]:
            return answer, receipt_of(asked.before)
    salt = office.new_salt()
    answer = asked_of(office, asked, salt, headers)
    return answer, _recorded(office, asked, salt, answer)


def _recorded(office: Office, asked: Admitted, salt: str, answer: Json) -> dict[str, Any]:
    keys: Sequence[Json] = asked.request["keys"]
    about = [subjects_of(office, asked, key, n, answer) for n, key in enumerate(keys)]
    leaves = batch.leaves_of(salt, answer["rows"], about)
    entry = {
        **entry_of(office, asked, salt),
        "outcome": "answered",
        "keys_root": batch.root_of(leaves),
        **proven(answer),
    }
    office.store["batch_leaves"].put_many([batch.document(entry, leaves)])
    return appended(office, asked, entry)


def check_member(caller: Caller, name: str) -> None:
    """Raise unless the system `caller` belongs to the member that the consumer `name` names."""
    own = member_of(caller.department, caller.division)
    if name.rpartition("/")[0] != own:
        told = Text(f"该系统属于 {own}", f"This system belongs to {own}")
        raise Forbidden(told, type="client-mismatch")


def begun(
    office: Office, asked: Mapping[str, Any], token: Token, id_: str, language: str
) -> Iterator[bytes]:
    """A batch as NDJSON, a line for each key in its order, and one for each chunk's receipt:

        {"n": 0, "key": {...}, "found": true, "data": {...}}
        {"receipt": {...}, "from": 0, "count": 500, "provider", "resource", "version", "at"}

    The last line is {"end": number of keys}, or {"error": problem, "first": place}: the rest was
    not read, and the same request with the same Idempotency-Key and that `first` goes on. What is
    wrong with the first chunk is raised. asked: {consumer, grant, purpose, case, item, resource,
    fields, keys, first}; id_: of the batch.
    """
    first = asked["first"]

    def work(part: tuple[int, dict[str, Any]]) -> bytes:
        start, request = part
        found = chunk(office, request, token)
        return b"".join(_lines(found, request["keys"], start, first))

    parts = list(_parts(asked, id_))
    told = in_order(work, parts, CHUNKS_AT_ONCE)
    return _told(next(told, b""), told, parts, len(asked["keys"]), language)


def _told(
    began: bytes,
    told: Iterator[bytes],
    parts: Sequence[tuple[int, Any]],
    count: int,
    language: str,
) -> Iterator[bytes]:
    """`began`, what else is told of each of `parts`, and how it ended."""
    yield began
    for start, _ in parts[1:]:
        try:
            yield next(told)
        except ServiceError as error:
            yield _line({"error": problem(error, language), "first": start})
            return
    yield _line({"end": count})


def _parts(asked: Mapping[str, Any], id_: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The requests that are left of a batch, each with the place of its first key."""
    keys, first = asked["keys"], asked["first"]
    for start in range(first - first % KEYS_AT_ONCE, len(keys), KEYS_AT_ONCE):
        part = keys[start : start + KEYS_AT_ONCE]
        yield start, request_of(asked, part, derived_id(id_, start // KEYS_AT_ONCE))


def request_of(asked: Mapping[str, Any], keys: Sequence[Json], id_: str) -> dict[str, Any]:
    """One chunk of `asked` as a request; it gets its attempt and time where it is admitted."""
    same = ("consumer", "grant", "purpose", "case", "item", "resource", "fields")
    named = {name: asked[name] for name in same}
    return {"id": id_, "kind": "batch", **named, "key": None, "keys": list(keys), "claims": None}


def _lines(found: dict[str, Any], keys: Sequence[Json], start: int, first: int) -> Iterator[bytes]:
    rows = found.pop("rows")
    for n, (key, row) in enumerate(zip(keys, rows, strict=True), start):
        if n >= first:
            yield _line({"n": n, "key": key, "found": row is not None, "data": row})
    yield _line({**found, "from": start, "count": len(rows)})


def _line(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value) + b"\n"
