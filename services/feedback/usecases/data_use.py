"""Complaints about a reading of one's data, brought forward from the exchange's ledger.

Guarantees: the same `key` of the same account is the same complaint; the record it is about is the
one the exchange named. Does not: look the record up; the exchange did, for the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.feedback.usecases import georeport
from services.feedback.usecases.georeport import Office
from shared.access import Caller
from shared.documents import Document
from shared.entrypoints.request import Call


def complain(
    office: Office,
    account: str,
    key: str,
    about: Mapping[str, str],
    description: str,
    now: datetime,
) -> Document:
    """The request that is opened. about: {record, department, division} of who read the data.

    Raises as Open311's submission does: `Malformed`, `TooManyRequests`, `IdempotencyMismatch`.
    """
    caller = Caller(account, "person", "")
    form = {
        "service_code": "data-use",
        "description": description,
        "address_id": about["division"],
        "attributes": {"DEPARTMENT": [about["department"]], "RECORD": [about["record"]]},
    }
    call = Call(now=now, caller=caller, body=form, headers={"Idempotency-Key": key})
    return georeport.submit(office, call)
