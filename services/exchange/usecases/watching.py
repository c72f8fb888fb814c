"""Figures of use are kept as the log grows, and what leaves its usual range is raised.

Guarantees: figures are exact: the sum over the log, page by page, whichever process adds them and
whenever one dies; an anomaly is raised once a day for a consumer and a resource. Does not: stop
anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.exchange import events
from services.exchange.domain import log as rules
from services.exchange.domain import traffic
from services.exchange.domain.members import member_department, member_division
from services.exchange.domain.sequence import RUN, Sequences
from services.exchange.domain.traffic import Key
from shared.clock import local_day
from shared.documents import Change, Document, Storage
from shared.errors import Stale
from shared.events import derived_id

POSITION = "figures"
AT_ONCE, ROUNDS = 32, 64
"""Pages taken in at once, and how often in one go."""


def take_in(store: Storage, now: datetime) -> int:
    """Add what is new in the log to the figures; how many pages. `Stale`: another process does."""
    taken = 0
    for _ in range(ROUNDS):
        head = store["state"].get(POSITION) or store["state"].ensure({"_id": POSITION, "page": 0})
        pages = _next(store, head["page"])
        if not pages:
            break
        end = head["page"] + len(pages)
        figures = _added(store, traffic.sums((p["n"], rules.records(p)) for p in pages), end)
        _judge(store, figures, now)
        store["state"].save(head, {**head, "page": end})
        taken += len(pages)
        if len(pages) < AT_ONCE:  # what comes meanwhile is for the next time
            break
    return taken


def _next(store: Storage, n: int) -> list[Document]:
    """The pages from `n` on, without a gap."""
    ids = [rules.page_id(n + more) for more in range(AT_ONCE)]
    there = store["pages"].get_many(ids)
    found = []
    for id_ in ids:
        if id_ not in there:
            break
        found.append(there[id_])
    return found


def _added(
    store: Storage, sums: Mapping[Key, Mapping[int, Any]], end: int
) -> dict[Key, dict[str, Any]]:
    kept = store["traffic"].get_many(key.id for key in sums)
    after = {
        key: traffic.added(kept.get(key.id), key, by_page, end) for key, by_page in sums.items()
    }
    changes = [
        Change(kept.get(key.id), figure)
        for key, figure in after.items()
        if figure["page"] > (kept[key.id]["page"] if key.id in kept else 0)
    ]
    store["traffic"].save_many(changes)
    return after


def _judge(store: Storage, figures: Mapping[Key, Mapping[str, Any]], now: datetime) -> None:
    for key, figure in figures.items():
        seen = figure["counts"]["keys"]
        if key.kind == "pair" and seen > traffic.FEWEST_KEYS:
            usual = _usual(store, key)
            if usual is not None and seen > usual:
                consumer, resource = key.name.split("|")
                what = {"usual": usual, "seen": seen, "day": key.day}
                raise_anomaly(store, "volume", consumer, resource, what, now)


def _usual(store: Storage, key: Key) -> int | None:
    ids = [key._replace(day=day).id for day in traffic.days_before(key.day)]
    return traffic.usual(f["counts"]["keys"] for f in store["traffic"].get_many(ids).values())


def raise_anomaly(
    store: Storage,
    kind: str,
    consumer: str,
    resource: str,
    what: Mapping[str, Any],
    now: datetime,
) -> Document:
    """Keep and tell an anomaly, once a day. what: {usual (or None), seen, day}."""
    member = consumer.rpartition("/")[0]
    anomaly = {
        "_id": derived_id("exchange", "anomaly", kind, consumer, resource, what["day"]),
        "kind": kind,
        "consumer": consumer,
        "resource": resource,
        "department": member_department(member),
        "division": member_division(member),
        **what,
        "raised_at": now,
    }
    return store["anomalies"].ensure(anomaly, [events.anomaly_raised(anomaly, now)])


def note_sequence(
    store: Storage, sequences: Sequences, request: Mapping[str, Any], now: datetime
) -> None:
    """Raise an anomaly where a consumer asks for keys in their order."""
    consumer, resource = request["consumer"], request["resource"]
    keys = [request["key"]] if request["keys"] is None else request["keys"]
    if sequences.note(consumer, resource, keys):
        what = {"usual": None, "seen": RUN, "day": local_day(now).isoformat()}
        raise_anomaly(store, "sequence", consumer, resource, what, now)


def sheet(store: Storage, day: str, kind: str) -> list[Document]:
    """The figures of a day by `kind`, those with most keys first."""
    found = store["traffic"].find({"sheet": f"{day}/{kind}"}, limit=10_000)
    return sorted(found, key=lambda f: (-f["counts"]["keys"], f["name"]))


def top_consumers(store: Storage, day: str, resource: str, most: int) -> list[dict[str, Any]]:
    """Who used `resource` most on `day`: [{consumer, counts}]."""
    pairs = ((*f["name"].split("|"), f["counts"]) for f in sheet(store, day, "pair"))
    found = [{"consumer": c, "counts": counts} for c, r, counts in pairs if r == resource]
    return found[:most]


def tried(store: Storage, now: datetime) -> None:
    """`take_in`, leaving it to whoever is faster."""
    try:
        take_in(store, now)
    except Stale:
        return


def recounted(store: Storage, days: Iterable[str]) -> list[str]:
    """The figures of these days that a recount of the whole log would not give."""
    wanted = set(days)
    sums = traffic.sums((p["n"], rules.records(p)) for p in store["pages"].each({}))
    wrong = []
    for key, by_page in sums.items():
        if key.day in wanted:
            due = traffic.added(None, key, by_page, 0)["counts"]
            kept = store["traffic"].get(key.id)
            if kept is None or kept["counts"] != due:
                wrong.append(key.id)
    return wrong
