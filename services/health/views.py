"""What the public sees of the registers (pure).

Guarantees: of practitioners and institutions what the law makes public; of certificates nothing
that says whose they are. No identity number, no phone, no account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.health.domain import institutions
from services.health.domain.practitioners import CATEGORIES, SPECIALTIES, status_on, title
from shared.clock import local_day

Document = Mapping[str, Any]


def _specialties(codes: list[str]) -> list[dict[str, str]]:
    return [SPECIALTIES[code][1].both() for code in codes]


def _ruled(entry: Document) -> list[dict[str, Any]]:
    return [{name: r[name] for name in ("ruling", "on", "reasons")} for r in entry["rulings"]]


def _status(entry: Document, now: datetime) -> str:
    return status_on(entry, local_day(now).isoformat())


def practitioner(entry: Document, now: datetime) -> dict[str, Any]:
    """A doctor or nurse on the register."""
    names = ("kind", "name", "institution", "institution_name", "division", "registered_on")
    category = entry.get("category")
    return {
        "number": entry["_id"],
        **{name: entry[name] for name in names},
        "title": title(entry).both(),
        "category": CATEGORIES[category].both() if category else None,
        "scope": _specialties(entry.get("scope", [])),
        "valid_until": entry["valid_until"],
        "status": _status(entry, now),
        "rulings": _ruled(entry),
    }


def reviewed(entry: Document, now: datetime) -> dict[str, Any]:
    """An entry with its reviews, the oldest first."""
    names = ("kind", "name", "institution_name", "division")
    shown = {name: entry[name] for name in names}
    told = [_review(one) for one in entry.get("reviews", [])]
    return {"number": entry["_id"], **shown, "status": _status(entry, now), "reviews": told}


def _review(review: Document) -> dict[str, Any]:
    end = review["closed"]
    closed = end and {"at": end["at"], "outcome": end["outcome"], "reasons": end["reasons"]}
    return {**review, "closed": closed}


def institution(entry: Document, now: datetime) -> dict[str, Any]:
    """A licensed institution."""
    names = ("code", "name", "address", "beds", "division", "issued_on", "valid_until")
    return {
        "number": entry["_id"],
        **{name: entry[name] for name in names},
        "category": institutions.CATEGORIES[entry["category"]].name.both(),
        "specialties": _specialties(entry["specialties"]),
        "verified_every_years": institutions.verification_years(entry["beds"]),
        "status": _status(entry, now),
        "rulings": _ruled(entry),
    }


def certificate(entry: Document, now: datetime) -> dict[str, Any]:
    """A certificate, by its number."""
    names = ("kind", "division", "issued_on", "valid_until")
    shown = {name: entry[name] for name in names}
    return {"number": entry["_id"], **shown, "status": _status(entry, now)}


def clinic(schedule: Document) -> dict[str, Any]:
    """A schedule that can be booked."""
    names = ("practitioner", "institution_name", "division", "first", "last")
    return {
        "schedule": schedule["_id"],
        "name": schedule["practitioner_name"],
        **{name: schedule[name] for name in names},
        "specialties": _specialties(schedule["specialties"]),
    }
