"""Contents, rows and events that tests begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.events import Event, derived_id

TEXT = {"zh": "文本", "en": "text"}
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def content(**given: Any) -> dict[str, Any]:
    """A content without findings."""
    return {
        "code": "health-001",
        "name": {"zh": "诊所设立许可", "en": "Clinics: establishment licence"},
        "department": "health",
        "legal_basis": TEXT,
        "audience": ["legal-person"],
        "conditions": TEXT,
        "materials": [],
        "fee": 0,
        "fee_basis": None,
        "statutory_days": 20,
        "promised_days": 5,
        "instant": False,
        "visits": 0,
        "visits_reason": None,
        "online": ["accept", "process", "feedback"],
        "result": "licence",
        "result_name": TEXT,
        "result_sample": "sample",
        "consultation_phone": "0731-88880001",
        "complaint_phone": "0731-12345",
        "effective_from": "2026-01-01",
        "effective_until": None,
        **given,
    }


def row(**given: Any) -> dict[str, Any]:
    """A good row of an import."""
    return {**content(), "division": "430100", **given}


def announcement(**given: Any) -> dict[str, Any]:
    """The data of a good announcement."""
    form = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
    told = {"levels": ["county"], "form": form, "example": {}, "version": 1}
    return {**content(), **told, **given}


def announced(sequence: int = 1, **given: Any) -> Event:
    """The event of an announcement."""
    data = announcement(**given)
    type_ = "health.item.announced.v1"
    id_ = derived_id(type_, data["code"], sequence)
    return Event(id_, type_, "/health", data["code"], NOW, sequence, data)
