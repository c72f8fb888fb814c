"""The log of evidence, open to whoever wants to check it.

Heads, tiles and proofs are public: they tell nothing but hashes. Records are for those who took
part and for those who supervise.
"""

from __future__ import annotations

from typing import Any

from services.exchange import evidence_schemas as schemas
from services.exchange.domain import tiles
from services.exchange.keeping import Log
from services.exchange.usecases import evidence, finding
from services.exchange.usecases.proving import Proofs
from shared.access import OFFICIAL, PUBLIC, service
from shared.documents import Document
from shared.entrypoints import Call, Clock, Reply, every, http
from shared.errors import NotFound
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "pages": [Index.on("lookups")],
    "snapshots": (),
    "tiles": (),
    "heads": (),
}

BYTES, LINES, TEXT = "application/octet-stream", "application/x-ndjson", "text/plain"
SYSTEM = service("exchange.consume", "exchange.provide")
SOON, LATER, EVER = 2, 300, 31_536_000
"""Seconds a public answer may be kept: what moves; what is added to; what never changes."""


class Evidencing:
    """Mixed into the service; `store` and `clock` are the service's own."""

    store: Any
    clock: Clock
    log: Any = Log(COLLECTIONS)

    @every(seconds=60)
    def publish_head(self) -> None:
        evidence.publish_head(self.store, self.log, self.clock())

    @http(
        "GET",
        "/evidence/checkpoint",
        who=PUBLIC,
        produces=TEXT,
        cache=SOON,
        summary="The signed head of the log as it is now (C2SP tlog-checkpoint)",
    )
    def read_checkpoint(self, call: Call) -> Reply:
        return Reply(self.log.checkpoint(), media_type=TEXT)

    @http(
        "GET",
        "/evidence/tile/<path:place>",
        who=PUBLIC,
        produces=BYTES,
        cache=EVER,
        summary="A tile of the Merkle tree, <L>/<N>[.p/<W>] (C2SP tlog-tiles)",
    )
    def read_tile(self, call: Call, place: str) -> Reply:
        found = tiles.place(place)
        if found is None:
            raise NotFound()
        tree = self.log.tree()
        fresh = tiles.width(tree.size, found.level, found.index) < found.width
        proofs = Proofs(self.store, self.log.tree(fresh=True) if fresh else tree)
        return Reply(proofs.tile(found), media_type=BYTES)

    @http(
        "GET",
        "/evidence/keys",
        who=PUBLIC,
        reply=schemas.LogKeys,
        cache=LATER,
        summary="The public keys by which the log is signed, and was",
    )
    def read_log_keys(self, call: Call) -> Reply:
        return Reply(self.log.keys())

    @http(
        "GET",
        "/evidence/heads",
        who=PUBLIC,
        query=schemas.HeadsQuery,
        reply=schemas.Head,
        cache=LATER,
        summary="The heads published each day, the newest first",
    )
    def list_heads(self, call: Call) -> Reply:
        limit, cursor = call.query["limit"], call.query.get("cursor")
        page = self.store["heads"].page({}, order=("_id", -1), limit=limit, cursor=cursor)
        return Reply.page([_head(head) for head in page.items], page.next_cursor)

    @http(
        "GET",
        "/evidence/heads/<day>",
        who=PUBLIC,
        reply=schemas.Head,
        cache=EVER,
        summary="The head published on a day",
    )
    def read_head(self, call: Call, day: str) -> Reply:
        return Reply(_head(self.store["heads"].require(day)))

    @http(
        "GET",
        "/evidence/consistency",
        who=PUBLIC,
        query=schemas.ConsistencyQuery,
        reply=schemas.Consistency,
        cache=SOON,
        summary="The proof that the log only grew between two sizes (RFC 9162, 2.1.4)",
    )
    def prove_consistency(self, call: Call) -> Reply:
        old, new = call.query["from_"], call.query.get("to")
        return Reply(evidence.consistency(self.store, self.log, old, new))

    @http(
        "GET",
        "/evidence/inclusion",
        who=PUBLIC,
        query=schemas.InclusionQuery,
        reply=schemas.Inclusion,
        cache=SOON,
        summary="The proof that a record stands at its place in the log (RFC 9162, 2.1.3)",
    )
    def prove_inclusion(self, call: Call) -> Reply:
        index, size = call.query["index"], call.query.get("size")
        return Reply(evidence.inclusion(self.store, self.log, index, size))

    @http(
        "GET",
        "/evidence/records",
        who=OFFICIAL,
        query=schemas.RecordsQuery,
        produces=LINES,
        summary="The records of the own node from a place on, as lines of JSON",
    )
    def list_records(self, call: Call) -> Reply:
        return Reply(stream=evidence.listed(self.store, self.log, call), media_type=LINES)

    @http(
        "GET",
        "/evidence/lookups",
        who=OFFICIAL,
        query=schemas.PagesQuery,
        produces=LINES,
        summary="By what each page of the log is found, for who supervises the province",
    )
    def list_lookups(self, call: Call) -> Reply:
        return Reply(stream=finding.listed(self.store, call), media_type=LINES)

    @http(
        "GET",
        "/evidence/records/<request_id>",
        who=OFFICIAL,
        reply=schemas.Found,
        summary="The records of one request, each with its proof and its receipt",
    )
    def read_records(self, call: Call, request_id: str) -> Reply:
        return Reply(evidence.found(self.store, self.log, call.signed_in, request_id))

    @http(
        "GET",
        "/evidence/system/records",
        who=SYSTEM,
        query=schemas.RecordsQuery,
        produces=LINES,
        summary="The records of the system's node from a place on, as lines of JSON",
    )
    def list_records_to_system(self, call: Call) -> Reply:
        return Reply(stream=evidence.listed(self.store, self.log, call), media_type=LINES)

    @http(
        "GET",
        "/evidence/system/records/<request_id>",
        who=SYSTEM,
        reply=schemas.Found,
        summary="The records of one request of the system's node, each with proof and receipt",
    )
    def read_records_to_system(self, call: Call, request_id: str) -> Reply:
        return Reply(evidence.found(self.store, self.log, call.signed_in, request_id))


def _head(kept: Document) -> dict[str, Any]:
    return {"day": kept["_id"], **{name: kept[name] for name in ("at", "size", "root", "note")}}
