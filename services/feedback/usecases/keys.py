"""API keys of Open311 clients, and who a submission comes from.

Guarantees: a key is shown once and kept as a digest; each key, and each signed-in person, may
submit so many requests an hour, counted in the database, so that several processes count together.
Does not: limit single addresses (the gateway can).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from services.feedback.usecases.people import without_races
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Forbidden, TooManyRequests
from shared.personal import Vault
from shared.store import once
from shared.text import Text

SECONDS = 3600
KEPT = timedelta(days=2)


def digest(key: str) -> str:
    """What is kept of a key. Keys are long and random, so a plain digest is enough."""
    return sha256(key.encode()).hexdigest()


def sender(store: Storage, call: Call, key: str | None, per_hour: int) -> dict[str, Any]:
    """{account, client}: the person signed in, or the client with its key; else 403."""
    caller = call.caller
    account = caller.subject if caller and caller.kind == "person" else None
    client = _client(store, key) if key else None
    if account is None and client is None:
        raise Forbidden(Text("缺少或无效的 api_key", "Missing or invalid api_key"), type="api-key")
    _count(store, account or str(client), call.now, per_hour)
    return {"account": account, "client": client}


def _client(store: Storage, key: str) -> str | None:
    found = store["keys"].find({"key": digest(key)}, limit=1)
    return found[0]["_id"] if found and not found[0]["revoked"] else None


def _count(store: Storage, who: str, now: datetime, per_hour: int) -> None:
    """One more submission of `who` in this hour; `TooManyRequests` beyond the limit."""
    hour = int(now.timestamp()) // SECONDS
    id_ = f"{who}/{hour}"

    def counted() -> Document:
        expires = (local_day(now) + KEPT).isoformat()
        before = store["usage"].ensure({"_id": id_, "count": 0, "expires": expires})
        if before["count"] >= per_hour:
            wait = SECONDS - int(now.timestamp()) % SECONDS
            raise TooManyRequests(
                Text(f"每小时最多提交 {per_hour} 件", f"At most {per_hour} requests an hour"),
                retry_after=wait,
            )
        return store["usage"].save(before, {**before, "count": before["count"] + 1})

    without_races(counted)


def issue(store: Storage, vault: Vault, call: Call) -> tuple[Document, str]:
    """A key for a client {name, contact}, and the key itself, the same however often it is asked.

    The key follows from the request's id by a keyed hash: nobody else can make it.
    """
    secret = vault.lookup(call.id, "api-key")
    record = {
        "_id": call.id,
        "key": digest(secret),
        "name": call.body["name"],
        "contact": call.body["contact"],
        "issued_by": call.signed_in.subject,
        "issued_at": call.now,
        "revoked": None,
    }
    return once(store["keys"], record, call.digest), secret


def listed(store: Storage, query: Mapping[str, Any]) -> Page:
    """All keys; there are few."""
    return store["keys"].page({}, limit=query["limit"], cursor=query.get("cursor"))


def revoke(store: Storage, call: Call, id_: str) -> Document:
    """Make a key useless at once."""
    before = store["keys"].require(id_)
    if before["revoked"]:
        return before
    note = {"by": call.signed_in.subject, "at": call.now}
    return store["keys"].save(before, {**before, "revoked": note})


def sweep(store: Storage, now: datetime) -> int:
    """Forget old counts."""
    today = local_day(now).isoformat()
    old = store["usage"].find({"expires": {"$lt": today}}, limit=200)
    return sum(store["usage"].remove(one["_id"]) for one in old)
