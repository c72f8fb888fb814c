"""Hears every event of the platform, those of departments nobody knew of included, and keeps what
it heard exactly once; and has handlers that fail on demand.

Guarantees: `effects` of a subject counts what had an effect, not what was delivered.
Does not: judge what it heard; the tests do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, ClassVar

import eventlet

from shared.access import PUBLIC
from shared.documents import Change, Collection
from shared.entrypoints import Call, Reply, Store, hears, http
from shared.errors import Duplicate, Stale
from shared.events import Event
from shared.schema import Integer, Nothing, Schema, fields, validate

TRIES_UNTIL_IT_WORKS = 3
MOST = 1000
EVENTS = "text/event-stream"


class Subjects(Schema):
    ids = fields.List(fields.String(), required=True, validate=validate.Length(max=MOST))


class Seen(Schema):
    """By subject: [sequence, type] of each effect in its order, and `state`, the newest told."""

    seen = fields.Dict(required=True)


class Count(Schema):
    """Deliveries to this process: those that had an effect, and those that came again."""

    effects = Integer(required=True)
    repeats = Integer(required=True)


class Switch(Schema):
    mended = fields.Boolean(required=True)


class Crowds(Schema):
    """By subject: how many new ones were taken in together with it."""

    crowds = fields.Dict(required=True)


class Told(Schema):
    state = fields.String(required=True)


class Service:
    name = "witness"
    title = "Witness: hears everything"
    store = Store({"subjects": [], "states": [], "crowds": []})
    counts: ClassVar[Counter[str]] = Counter()
    tries: ClassVar[Counter[str]] = Counter()
    mended: ClassVar[set[str]] = set()

    @hears("#", queue="everything", reads=Nothing)
    def hear(self, event: Event) -> None:
        had_effect = keep(self.store["subjects"], event)
        self.counts["effects" if had_effect else "repeats"] += 1

    @hears("drill.alarm.told.v1", queue="states", reads=Told)
    def hear_state(self, event: Event) -> None:
        """Keeps the newest state: what comes late or again changes nothing."""
        states = self.store["states"]
        after = {"_id": event.subject, "sequence": event.sequence, "state": event.data["state"]}
        known = states.get(event.subject) or states.ensure(after)
        if known["sequence"] < event.sequence:
            states.save(known, after)

    @hears("drill.alarm.faltered.v1", queue="faltering", reads=Nothing)
    def falter(self, event: Event) -> None:
        """Fails three times, then works."""
        self.tries[event.id] += 1
        if self.tries[event.id] <= TRIES_UNTIL_IT_WORKS:
            raise RuntimeError(f"try {self.tries[event.id]} fails")
        keep(self.store["subjects"], event, "falter")

    @hears("drill.alarm.failed.v1", queue="failing", reads=Nothing)
    def fail(self, event: Event) -> None:
        """Fails until somebody mends it."""
        if "failing" not in self.mended:
            raise RuntimeError("the register refuses the number 7")
        keep(self.store["subjects"], event, "fail")

    @hears("drill.alarm.crowded.v1", queue="crowds", reads=Told, at_once=50)
    def gather(self, events: Sequence[Event]) -> None:
        """Takes many at once; none may suffer for the one that fails."""
        if any(event.data["state"] == "unbearable" for event in events):
            raise RuntimeError("one of us is unbearable")
        known = self.store["crowds"].get_many(event.subject for event in events)
        new = {event.subject: event for event in events if event.subject not in known}
        self.store["crowds"].save_many(
            [Change(None, {"_id": id_, "crowd": len(new)}) for id_ in new]
        )

    @http("GET", "/crowds", who=PUBLIC, reply=Crowds, summary="Who was in a crowd, and how large")
    def crowds(self, call: Call) -> dict[str, Any]:
        found = self.store["crowds"].find({"_id": {"$gt": ""}}, limit=MOST)
        return {"crowds": {one["_id"]: one["crowd"] for one in found}}

    @http("GET", "/ticks", who=PUBLIC, summary="A tick every tenth of a second", produces=EVENTS)
    def ticks(self, call: Call) -> Reply:
        return Reply(stream=ticking(), media_type=EVENTS)

    @http("PUT", "/switch", who=PUBLIC, body=Switch, reply=Switch, summary="Mend what fails")
    def mend(self, call: Call) -> dict[str, Any]:
        (self.mended.add if call.body["mended"] else self.mended.discard)("failing")
        return dict(call.body)

    @http("POST", "/seen", who=PUBLIC, body=Subjects, reply=Seen, summary="What was heard")
    def seen(self, call: Call) -> dict[str, Any]:
        ids = {"_id": {"$in": call.body["ids"]}}
        found = {
            name: {document["_id"]: document for document in self.store[name].find(ids, limit=MOST)}
            for name in ("subjects", "states")
        }
        states = found["states"]
        return {
            "seen": {
                id_: {"effects": subject["effects"], "state": states.get(id_, {}).get("state")}
                for id_, subject in found["subjects"].items()
            }
        }

    @http("GET", "/deliveries", who=PUBLIC, reply=Count, summary="Effects and repeats")
    def deliveries(self, call: Call) -> dict[str, int]:
        return {name: self.counts[name] for name in ("effects", "repeats")}


def ticking() -> Iterator[bytes]:
    """One tick after the other, without end."""
    for number in count():
        yield b"data: %d\n\n" % number
        eventlet.sleep(0.1)


def keep(subjects: Collection, event: Event, by: str = "hear") -> bool:
    """One more effect on the event's subject, or none where it is a repeat; the inbox knows.

    Another handler (`by`) keeps its effects under a subject of its own.
    """
    id_ = event.subject if by == "hear" else f"{event.subject}/{by}"
    effect = [event.sequence, event.type]
    known = subjects.get(id_)
    if known is None:
        try:
            subjects.add({"_id": id_, "effects": [effect]}, received=event)
        except Duplicate as error:
            raise Stale() from error
        return True
    if known.has_received(event.id):
        return False
    subjects.save(known, {**known, "effects": [*known["effects"], effect]}, received=event)
    return True
