"""What anybody may know (政务公开): decisions, licences, delegations, results of inspections.

Guarantees: no applicant, no account, no person: what is told is picked field by field.
Does not: keep a second truth: items and powers are the catalogue's, and are asked from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.errors import FieldError, Invalid, NotFound
from shared.events import Event
from shared.text import Text

LONGEST = 31
"""Days that one question may be about."""


def hear_licence(store: Storage, event: Event) -> None:
    """A licence was issued, or ruled on."""
    _newest(store, "licences", event, {**event.data, "_id": event.subject})


def hear_delegation(store: Storage, event: Event) -> None:
    """A power was delegated, or taken back."""
    revoked = event.type.endswith(".revoked.v1")
    after = {**event.data, "_id": event.subject, "revoked": revoked, "kind": "delegation"}
    _newest(store, "delegations", event, after)


def _newest(store: Storage, name: str, event: Event, after: Mapping[str, Any]) -> None:
    """Keep what the newest event of a subject tells."""
    told = {**after, "sequence": event.sequence}
    kept = store[name].get(event.subject) or store[name].ensure(told)
    if kept["sequence"] < event.sequence:
        store[name].save(kept, told)


def days_of(query: Mapping[str, Any], now: datetime) -> list[str]:
    """The days asked about: the last week where none is named."""
    until = date.fromisoformat(query["until"]) if "until" in query else local_day(now)
    begin = query.get("from_day")
    first = date.fromisoformat(begin) if begin else until - timedelta(days=6)
    if not 0 <= (until - first).days < LONGEST:
        detail = Text(f"应为一日至 {LONGEST} 日", f"Must be 1 to {LONGEST} days")
        raise Invalid(errors=[FieldError("/until", detail, "range")])
    return [(first + timedelta(days=n)).isoformat() for n in range((until - first).days + 1)]


def decisions(store: Storage, query: Mapping[str, Any], now: datetime) -> Page:
    """A page of the decisions in force of a division's authorities, by their days."""
    keys = [f"{query['division']}:{day}" for day in days_of(query, now)]
    also = {name: query[name] for name in ("department", "item") if name in query}
    return _page(store, "cases", {"decided": {"$in": keys}, **also}, query)


def decision(store: Storage, number: str) -> Document:
    """The decision in force of the case with this number."""
    for case in store["cases"].find({"number": number}, limit=2):
        if "decision" in case:
            return case
    raise NotFound()


def delegations(store: Storage, query: Mapping[str, Any]) -> Page:
    """A page of what was ever delegated."""
    also = {"item": query["item"]} if "item" in query else {}
    return _page(store, "delegations", {"kind": "delegation", **also}, query)


def plans(store: Storage, query: Mapping[str, Any]) -> Page:
    """A page of the plans of random inspection."""
    also = {name: query[name] for name in ("division", "department") if name in query}
    return _page(store, "plans", {"kind": "plan", **also}, query)


def tasks(store: Storage, plan_id: str, query: Mapping[str, Any]) -> Page:
    """A page of a plan's tasks: who is inspected, by which inspectors, with what result."""
    store["plans"].require(plan_id)
    return _page(store, "tasks", {"plan": plan_id}, query)


def results(store: Storage, query: Mapping[str, Any], now: datetime) -> Page:
    """A page of the results that a division's authorities made public, by their days."""
    keys = [f"{query['division']}:{day}" for day in days_of(query, now)]
    return _page(store, "tasks", {"published": {"$in": keys}}, query)


def results_of(store: Storage, code: str) -> Sequence[Document]:
    """The results about one enterprise."""
    found = store["tasks"].find({"code": code, "state": "published"}, limit=200)
    return sorted(found, key=lambda task: str(task["finding"]["inspected_on"]), reverse=True)


def _page(store: Storage, name: str, filter_: Mapping[str, Any], query: Mapping[str, Any]) -> Page:
    return store[name].page(filter_, limit=query["limit"], cursor=query.get("cursor"))
