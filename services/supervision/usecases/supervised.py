"""What supervisors see: cases by their lamps, reports of their divisions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from services.supervision.domain import oversight
from services.supervision.usecases import statistics
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import NotFound, Unavailable

log = logging.getLogger(__name__)


def lit(store: Storage, call: Call) -> Page:
    """A page of the open cases with this lamp in the caller's scope, or in one within it."""
    division, department = scope_of(call)
    query = call.query
    key = f"{query['lamp']}:{department or oversight.ALL}:{division}"
    return store["cases"].page({"lit": key}, limit=query["limit"], cursor=query.get("cursor"))


def scope_of(call: Call) -> tuple[str, str | None]:
    """(division, department or None: all) that is asked about; `NotFound` beyond one's own."""
    caller = call.signed_in
    division = str(call.query.get("division") or caller.division)
    department = str(call.query.get("department") or oversight.department_of(caller))
    if not oversight.oversees(caller, department, division):
        raise NotFound()
    return division, None if department == oversight.ALL else department


def seen(store: Storage, call: Call, case_id: str) -> Document:
    """A case that the caller supervises, else `NotFound`."""
    case = store["cases"].require(case_id)
    if not oversight.oversees(call.signed_in, case["department"], case["division"]):
        raise NotFound()
    return case


def report(store: Storage, catalogue: Any, call: Call, month: str) -> dict[str, Any]:
    """The monthly report of the caller's scope, or of one within it."""
    division, department = scope_of(call)
    month = statistics.month_of(month, call.now)
    day = statistics.last_known(month, call.now)
    rate = online_rate(catalogue, day, division, department)
    return statistics.report(store, month, division, department, rate)


def online_rate(
    catalogue: Any, day: str, division: str, department: str | None
) -> Mapping[str, Any] | None:
    """The catalogue's rate on a day; None while it cannot be asked."""
    asked = {"division": division, "department": department, "on": day}
    try:
        found: Mapping[str, Any] = catalogue.rate_on(
            asked={name: value for name, value in asked.items() if value}
        )
    except Unavailable:
        log.warning("the catalogue does not answer; the report goes without the online rate")
        return None
    return found
