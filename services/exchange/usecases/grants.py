"""Grants: read by both parties, revoked by the provider.

Guarantees: a revocation is one save; every use reads the grant anew, so it counts from then on.
"""

from __future__ import annotations

from datetime import datetime

from services.exchange import events
from services.exchange.domain import grants as rules
from services.exchange.domain.authority import acts_for, runs_exchange
from services.exchange.usecases.requests import own_member
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Forbidden, Stale
from shared.races import until_fresh
from shared.text import Text

SIDES = {"consumer": "consumer_member", "provider": "provider"}
NARROWING = ("resource", "state")
SWEEP_LIMIT = 200


def listed(store: Storage, call: Call) -> Page:
    """A page of the grants of one's member, as consumer or as provider."""
    filter_ = {SIDES[call.query["side"]]: own_member(call)}
    filter_ |= {name: call.query[name] for name in NARROWING if name in call.query}
    return store["grants"].page(filter_, limit=call.query["limit"], cursor=call.query.get("cursor"))


def seen(store: Storage, call: Call, id_: str) -> Document:
    """A grant that the caller has a part in, else ``grant-unknown``."""
    found = store["grants"].get(id_)
    if found is None or not (
        acts_for(call.signed_in, found["consumer_member"])
        or acts_for(call.signed_in, found["provider"])
        or runs_exchange(call.caller)
    ):
        raise rules.unknown()
    return found


def revoke(store: Storage, call: Call, id_: str) -> Document:
    """The provider takes the grant back, from this moment on, with its reason."""
    before = seen(store, call, id_)
    if not acts_for(call.signed_in, before["provider"]):
        raise Forbidden(Text("应由提供方撤销", "The provider must revoke it"))
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    after = rules.revoked(before, call.signed_in.subject, call.body["reason"], call.now)
    return store["grants"].save(before, after, [events.grant_changed(after)])


def end_expired(store: Storage, now: datetime) -> int:
    """End the grants whose last day has passed, and tell of it, each once; how many."""
    today = local_day(now).isoformat()
    due = store["grants"].find({"ends": {"$lt": today}}, limit=SWEEP_LIMIT, fields=("ends",))
    return sum(until_fresh(lambda id_=one["_id"]: _expired(store, id_, now)) for one in due)  # type: ignore[misc]


def _expired(store: Storage, id_: str, now: datetime) -> bool:
    before = store["grants"].require(id_)
    after = rules.expired(before, now)
    if after is None:
        return False
    store["grants"].save(before, after, [events.grant_changed(after)])
    return True
