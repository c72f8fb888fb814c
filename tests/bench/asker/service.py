"""Asks as fast as it goes: through the exchange, and by bare RPC; tells how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from eventlet import GreenPool
from nameko.rpc import RpcProxy

from shared.access import PUBLIC
from shared.entrypoints import Call, Store, http
from shared.exchange.consumer import GRANTS, Consumer
from shared.schema import Integer, Schema, String, fields
from tests.faults.reader.service import ITEM, PURPOSE

FOR = {"purpose": PURPOSE, "case": "reader/1", "item": ITEM}


class Load(Schema):
    """how: "query", "bare", or "batch" of all identities. at_once: green threads."""

    how = String(required=True)
    identities = fields.List(String(), required=True)
    at_once = Integer(required=True)


class Took(Schema):
    """Seconds: of all, and of each."""

    took = fields.Float(required=True)
    seconds = fields.List(fields.Float(), required=True)


class Service(Consumer):
    name = "reader"
    title = "Asks as fast as it goes"
    department = "education"
    store = Store(GRANTS)
    bare = RpcProxy("bare")

    @http("POST", "/load", who=PUBLIC, body=Load, reply=Took, limit=2**21, summary="Ask a lot")
    def load(self, call: Call) -> dict[str, Any]:
        identities = call.body["identities"]
        began = time.monotonic()
        if call.body["how"] == "batch":
            keys = [{"identity": number} for number in identities]
            found = self.exchange.batch("residents", keys, fields=("name", "address"), **FOR)
            assert all(one.found for one in found)
            return {"took": time.monotonic() - began, "seconds": []}
        work = self._query if call.body["how"] == "query" else self._bare
        timed = GreenPool(call.body["at_once"]).imap(_timed(work), identities)
        seconds = sorted(timed)
        return {"took": time.monotonic() - began, "seconds": seconds}

    def _query(self, identity: str) -> None:
        fields = ("name", "address")
        found = self.exchange.query("residents", {"identity": identity}, fields=fields, **FOR)
        assert found.data["name"]

    def _bare(self, identity: str) -> None:
        assert self.bare.read(identity)["name"]


def _timed(work: Callable[[str], None]) -> Callable[[str], float]:
    def timed(identity: str) -> float:
        began = time.monotonic()
        work(identity)
        return time.monotonic() - began

    return timed
