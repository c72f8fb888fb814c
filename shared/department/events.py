"""The events that every department publishes: announcements of items, and each move of a case; to
itself, that registers are to be asked.
"""

from __future__ import annotations

from shared.case import PARTICIPLES
from shared.department.register_schemas import CheckFields
from shared.department.schemas import CaseFields, ItemFields
from shared.published import Published


def department_events(service: str) -> dict[str, Published]:
    """What `service` publishes because it is a department."""
    cases = {f"{service}.case.{p}.v1": Published(CaseFields, public=True) for p in PARTICIPLES}
    return {
        f"{service}.item.announced.v1": Published(ItemFields),
        f"{service}.check.asked.v1": Published(CheckFields),
        **cases,
    }
