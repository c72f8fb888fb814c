"""Medical institutions: their licence, and rulings on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.health import events
from services.health.domain import institutions, numbers
from services.health.domain.refusals import refusal
from services.health.usecases import registering
from shared.clock import local_day
from shared.department import Application, Fulfilment
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError


def check(store: Storage, asked: Application) -> Sequence[FieldError]:
    """What speaks against the licence."""
    found = list(institutions.refusals(asked.form))
    if asked.legal_person is None:
        zh, en = "应由法人申请", "A legal person applies for this licence"
        found.append(refusal("", "legal-person", zh, en))
    return found


def license(store: Storage, done: Fulfilment) -> Mapping[str, Any]:
    """Enter the institution with its licence; the case's result."""
    form, code = done.form, str(done.applicant["legal_person"])
    issued = local_day(done.decided_at)
    category = institutions.CATEGORIES[form["category"]].code
    names = ("name", "category", "address", "beds", "specialties", "head")
    entry = {
        "case": done.id,
        "code": code,
        **{name: form[name] for name in names},
        "division": done.division,
        "status": "valid",
        "issued_on": issued.isoformat(),
        "valid_until": institutions.valid_until(form["beds"], issued).isoformat(),
        "rulings": [],
    }
    tries = numbers.institution_numbers(done.id, code, done.division, category)
    kept = registering.numbered(
        store["institutions"],
        tries,
        entry,
        lambda d: [events.licence_event(events.ISSUED, d, done.decided_at)],
    )
    return {
        "licence": kept["_id"],
        "issued_on": kept["issued_on"],
        "valid_until": kept["valid_until"],
    }


def rule(store: Storage, call: Call, number: str, ruling: str) -> Document:
    """Suspend, reinstate or revoke a licence."""
    return registering.rule(store, "institutions", call, number, ruling, _told)


def _told(licence: Mapping[str, Any], now: datetime) -> Sequence[Mapping[str, Any]]:
    return [events.licence_event(events.RULED, licence, now)]
