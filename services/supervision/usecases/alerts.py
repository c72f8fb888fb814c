"""Alerts: raised when a lamp changes, answered by officials, closed by the superior."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.supervision.domain import alerts, oversight
from services.supervision.events import alerted
from shared.documents import Change, Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Forbidden, NotFound, Stale
from shared.events import Event
from shared.text import Text


def hear(store: Storage, events: Sequence[Event], now: datetime) -> None:
    """Raise what the changed lamps call for, and let lapse what they make void."""
    cases = store["cases"].get_many({event.subject for event in events})
    entries = [
        (cases[event.subject], cases[event.subject]["lamps"][event.sequence - 1])
        for event in events
        if event.subject in cases
    ]
    wanted = {
        alerts.id_of(case["_id"], entry["n"]): alerts.raised(case, entry, now)
        for case, entry in entries
        if entry["lamp"] in alerts.KINDS
    }
    void = {id_ for case, entry in entries for id_ in alerts.superseded(case, entry)}
    kept = store["alerts"].get_many([*wanted, *void])
    new = [alert for id_, alert in wanted.items() if id_ not in kept]
    lapsing = [kept[id_] for id_ in sorted(void & kept.keys()) if kept[id_]["state"] == "open"]
    store["alerts"].save_many(
        [
            *(Change(None, alert, _told(alert, now)) for alert in new),
            *(Change(alert, alerts.lapsed(alert)) for alert in lapsing),
        ]
    )


def hear_anomaly(store: Storage, event: Event, now: datetime) -> None:
    """Raise what the exchange finds unusual."""
    store["alerts"].ensure(alerts.unusual(event.subject, event.data, now))


def _told(alert: alerts.Alert, now: datetime) -> list[dict[str, Any]]:
    return [alerted(alert, now)] if alert["state"] == "open" else []


def listed(store: Storage, call: Call) -> Page:
    """A page of the alerts on the caller's desk, or on one within it."""
    caller, query = call.signed_in, call.query
    division = query.get("division") or str(caller.division)
    department = query.get("department") or oversight.department_of(caller)
    if not oversight.sees(caller, department, division):
        raise NotFound()
    key = alerts.desk(query["state"], department, division)
    return store["alerts"].page({"desk": key}, limit=query["limit"], cursor=query.get("cursor"))


def seen(store: Storage, call: Call, alert_id: str) -> Document:
    """An alert that is the caller's affair, else `NotFound`."""
    alert = store["alerts"].require(alert_id)
    if not oversight.sees(call.signed_in, alert["department"], alert["division"]):
        raise NotFound()
    return alert


def answer(store: Storage, call: Call, alert_id: str) -> Document:
    """The department explains itself, and says what it does about it."""
    alert = _in_version(seen(store, call, alert_id), call)
    if not oversight.answers(call.signed_in, alert):
        raise Forbidden(Text("应由办理部门答复", "The department itself must answer"))
    given = {**call.body, "by": call.signed_in.subject, "at": call.now}
    return store["alerts"].save(alert, alerts.answered(alert, given))


def close(store: Storage, call: Call, alert_id: str) -> Document:
    """The superior accepts the answer, or asks for another."""
    alert = _in_version(seen(store, call, alert_id), call)
    if not oversight.closes(call.signed_in, alert):
        raise Forbidden(Text("应由上级办结", "The superior must close it"))
    given = {**call.body, "by": call.signed_in.subject, "at": call.now}
    return store["alerts"].save(alert, alerts.closed(alert, given))


def _in_version(alert: Document, call: Call) -> Document:
    if alert["version"] != call.if_match:
        raise Stale()
    return alert
