"""A department of two items; of one, a single request is a whole affair, decided by rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.department import Application, Decision, Department, Fulfilment, Practice
from shared.department.service import CASES
from shared.documents import Storage
from shared.entrypoints import Store
from tests.faults.permits.items import FIREWORKS_RETAIL, PLAN_FILING


def decide(store: Storage, application: Application) -> Decision:
    """A complete form is filed."""
    return Decision(approved=True)


def file_plan(store: Storage, fulfilment: Fulfilment) -> Mapping[str, Any]:
    """Keep the plan on file, once, under the id of its case."""
    filing = store["filings"].ensure(
        {"_id": fulfilment.id, "number": f"YA-{fulfilment.number}", "site": fulfilment.form["site"]}
    )
    return {"filing": filing["number"]}


class Service(Department):
    name = "permits"
    title = "Permits: emergency management"
    department = "emergency-management"
    practices = (
        Practice(PLAN_FILING, decide=decide, fulfil=file_plan),
        Practice(FIREWORKS_RETAIL),
    )
    store = Store({**CASES, "filings": []})
