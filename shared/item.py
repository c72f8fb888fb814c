"""The service item (事项): what a person can apply for, as a department declares it (pure).

Guarantees: one definition serves the form, the clock, the guide, the catalogue and the figures.
Does not: judge itself; the catalogue lints what it is told (see services/catalogue).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.schema import Schema
from shared.text import Text

LEVELS = ("province", "city", "county")
AUDIENCES = ("person", "legal-person")
STAGES = ("consult", "receive", "pre-check", "accept", "process", "feedback", "licence")
"""Stages that can be done online; their set is the handling depth."""
FULLY_ONLINE = frozenset({"accept", "process", "feedback"})

ANNOUNCED = "{service}.item.announced.v1"


DECISION = Text("决定书", "Decision")


@dataclass(frozen=True, slots=True)
class Material:
    """Something to hand in; `required` unless the item's rules say when."""

    code: str
    name: Text
    required: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A service item. Time limits are working days; 0 promised days means decided at once.

    code: stable, unique in the province. department: its slug. levels: at which the power is
    exercised. audience: "person", "legal-person". online: stages done online. visits: journeys to
    a counter. fee: in fen, with `fee_basis`. result: what an approval gives ("licence",
    "certificate", "decision") with `result_name` and `result_sample` (a link or a text).
    two_people: the one who approves is never the one who accepted. form: its schema.
    """

    code: str
    name: Text
    department: str
    levels: frozenset[str]
    legal_basis: Text
    audience: frozenset[str]
    conditions: Text
    form: type[Schema]
    statutory_days: int
    promised_days: int
    consultation_phone: str
    complaint_phone: str
    result: str = "decision"
    result_name: Text = DECISION
    result_sample: str = ""
    materials: tuple[Material, ...] = ()
    instant: bool = False
    two_people: bool = False
    online: frozenset[str] = frozenset(STAGES)
    visits: int = 0
    visits_reason: Text | None = None
    fee: int = 0
    fee_basis: Text | None = None
    version: int = 1
    effective_from: str = "2026-01-01"
    effective_until: str | None = None
    example: Mapping[str, Any] = field(default_factory=dict)

    def announcement(self, form_schema: Callable[[type[Schema]], dict[str, Any]]) -> dict[str, Any]:
        """The item as JSON, the data of its announcement; `form_schema` renders the form."""
        return {
            "code": self.code,
            "name": self.name.both(),
            "department": self.department,
            "levels": sorted(self.levels),
            "legal_basis": self.legal_basis.both(),
            "audience": sorted(self.audience),
            "conditions": self.conditions.both(),
            "form": form_schema(self.form),
            "materials": [
                {"code": m.code, "name": m.name.both(), "required": m.required}
                for m in self.materials
            ],
            "fee": self.fee,
            "fee_basis": _both(self.fee_basis),
            "statutory_days": self.statutory_days,
            "promised_days": self.promised_days,
            "instant": self.instant,
            "visits": self.visits,
            "visits_reason": _both(self.visits_reason),
            "online": sorted(self.online),
            "result": self.result,
            "result_name": self.result_name.both(),
            "result_sample": self.result_sample,
            "consultation_phone": self.consultation_phone,
            "complaint_phone": self.complaint_phone,
            "version": self.version,
            "effective_from": self.effective_from,
            "effective_until": self.effective_until,
            "example": dict(self.example),
        }


def _both(text: Text | None) -> dict[str, str] | None:
    return text.both() if text is not None else None
