"""Annual reports: an instant item; what was reported is public on the register."""

from __future__ import annotations

from typing import Any

from services.enterprise.domain import register
from services.enterprise.usecases.companies import subject
from shared.clock import local_day
from shared.department.practice import Application, Decision, Fulfilment
from shared.errors import FieldError


def check(store: Any, application: Application) -> list[FieldError]:
    """What is wrong with an annual report."""
    entry = subject(store, application)
    found = list(register.active_refusals(entry, application.division))
    if found or entry is None:
        return found
    return list(register.report_refusals(entry, application.form, local_day(application.now)))


def decide(store: Any, application: Application) -> Decision:
    """A report that keeps the rules is taken at once."""
    return Decision(True)


def publish(store: Any, fulfilment: Fulfilment) -> dict[str, Any]:
    """Publish the report on the register."""
    code, now = fulfilment.applicant["legal_person"], fulfilment.decided_at
    before, day = store["companies"].require(code), local_day(fulfilment.decided_at)
    year = fulfilment.form["year"]
    late = register.is_late(year, day)
    if not register.has_taken(before, fulfilment.id):
        public = {k: v for k, v in fulfilment.form.items() if k != "contact_phone"}
        entry = {**public, "submitted_on": day.isoformat(), "late": late}
        store["companies"].save(before, register.reported(before, entry, fulfilment.id, now))
    return {"code": code, "year": year, "late": late}
