"""Supervision: clocks and lamps of all cases, figures, random inspection, transparency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import eventlet

from services.supervision import events, metering, open_schemas, schemas
from services.supervision.fresh import Freshly
from services.supervision.inspecting import Inspecting
from services.supervision.open_inspections import OpenInspections
from services.supervision.openness import Openness
from services.supervision.overseeing import Overseeing
from services.supervision.usecases import alerts, cases, inspections, openness
from services.supervision.usecases.books import BOOKS
from shared.case import PARTICIPLES
from shared.entrypoints import Clock, Remote, Store, every, hears
from shared.entrypoints.poster import Posting
from shared.events import Event
from shared.schema import Nothing
from shared.store import Collections, Index

AT_ONCE = 200
MOVES = tuple(f"*.case.{participle}.v1" for participle in PARTICIPLES)

COLLECTIONS: Collections = {
    "cases": [
        Index.on("next_change", sparse=True),
        Index.on("lit", sparse=True),
        Index.on("decided", sparse=True),
        Index.on("number"),
    ],
    "sweeps": [],
    "postings": [Index.on("at")],
    "figures": [Index.on("scopes")],
    "alerts": [Index.on("desk", sparse=True), Index.on("case")],
    "enterprises": [Index.on("places", sparse=True)],
    "inspectors": [Index.on("register"), Index.on("account")],
    "plans": [Index.on("kind"), Index.on("division")],
    "tasks": [
        Index.on("plan"),
        Index.on("code"),
        Index.on("todo", sparse=True),
        Index.on("published", sparse=True),
    ],
    "licences": [],
    "delegations": [Index.on("kind")],
}


def new_id() -> str:
    return str(uuid4())


class Service(Overseeing, Inspecting, OpenInspections, Openness):
    name = "supervision"
    title = "Supervision: clocks and lamps, figures, random inspection, transparency"

    store: Any = Store(COLLECTIONS)
    clock = Clock()
    catalogue = Remote("catalogue")
    fresh = Freshly()
    poster = Posting(BOOKS)

    @hears(*MOVES, queue="cases", reads=schemas.CaseHeard, at_once=AT_ONCE)
    def take_in_cases(self, events: Sequence[Event]) -> None:
        cases.hear(self.store, events, self.clock(), new_id, self.poster.offer)
        metering.moved(events)

    @hears(
        "feedback.evaluation.given.v1",
        queue="evaluations",
        reads=schemas.EvaluationHeard,
        at_once=AT_ONCE,
    )
    def take_in_evaluations(self, events: Sequence[Event]) -> None:
        cases.hear_evaluations(self.store, events, self.clock(), new_id)

    @hears(events.LAMP_CHANGED, queue="lamps", reads=schemas.LampHeard, at_once=AT_ONCE)
    def raise_alerts(self, events: Sequence[Event]) -> None:
        alerts.hear(self.store, events, self.clock())
        metering.changed(events)

    @hears("exchange.anomaly.raised.v1", queue="anomalies", reads=schemas.AnomalyHeard)
    def take_in_anomaly(self, event: Event) -> None:
        alerts.hear_anomaly(self.store, event, self.clock())

    @hears("enterprise.company.*.v1", queue="companies", reads=open_schemas.CompanyHeard)
    def take_in_company(self, event: Event) -> None:
        inspections.hear_company(self.store, event)

    @hears("enterprise.licence.*.v1", queue="licences", reads=open_schemas.LicenceHeard)
    def take_in_licence(self, event: Event) -> None:
        openness.hear_licence(self.store, event)

    @hears("catalogue.power.*.v1", queue="delegations", reads=open_schemas.PowerHeard)
    def take_in_delegation(self, event: Event) -> None:
        openness.hear_delegation(self.store, event)

    @hears(events.INSPECTED, queue="inspections", reads=Nothing)
    def enter_inspection(self, event: Event) -> None:
        inspections.hear_published(self.store, event)

    @every(seconds=10)
    def let_time_pass(self) -> None:
        cases.sweep(self.store, self.clock, new_id, lambda: eventlet.sleep(0))

    @every(seconds=120)
    def look_at_lamps(self) -> None:
        metering.look(self.store)

    @every(seconds=10)
    def mend(self) -> None:
        BOOKS.finish_left_behind(self.store, self.clock(), self.poster.ids)
