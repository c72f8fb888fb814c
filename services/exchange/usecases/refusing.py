"""Refusals are on record, as uses are.

Guarantees: what is refused to a member has a record with its typed error. Does not: raise.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from services.exchange.usecases.office import Json, Office
from shared.errors import ServiceError, Unavailable
from shared.exchange.messages import digest, instant

log = logging.getLogger(__name__)


def refuse(office: Office, entry: Json, error: ServiceError) -> None:
    """Record that a use is refused by `error`; a database that is away is no refusal."""
    if isinstance(error, Unavailable):
        return
    try:
        office.log.append({**entry, "outcome": f"refused:{error.type}"})
    except ValueError as fault:
        log.warning("refused, but no record can be made of it: %s", fault)


def sketch(office: Office, given: Json, now: datetime) -> dict[str, Any]:
    """The entry of a request that is not believed: what it is, by its digest only."""
    salt = office.new_salt()
    try:
        asked = digest(salt, dict(given))
    except TypeError:
        asked = digest(salt, None)
    return {
        "id": office.new_id(),
        "attempt": 1,
        "kind": "unread",
        "at": instant(now),
        "consumer": given["consumer"],
        "subjects": [],
        "fields": [],
        "count": 0,
        "salt": salt,
        "request": asked,
    }
