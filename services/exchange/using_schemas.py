"""What systems send to have many keys answered."""

from __future__ import annotations

from services.exchange.usecases.batching import MOST_KEYS
from shared.exchange.request import MOST_FIELDS
from shared.schema import Integer, Schema, String, fields, validate


class BatchBody(Schema):
    """A batch. consumer: the system's own name, ``<class>/<code>/<client_id>``. first: the key in
    whose place to begin, where an earlier answer to the same Idempotency-Key ended."""

    consumer = String(required=True, longest=200)
    grant = String(required=True, longest=100)
    purpose = String(required=True, longest=100)
    case = String(required=True, longest=200)
    item = String(load_default=None, allow_none=True, longest=100)
    resource = String(required=True, longest=100)
    fields_ = fields.List(
        String(longest=100),
        required=True,
        data_key="fields",
        validate=validate.Length(min=1, max=MOST_FIELDS),
    )
    keys = fields.List(
        fields.Dict(keys=String(longest=100)),
        required=True,
        validate=validate.Length(min=1, max=MOST_KEYS),
    )
    first = Integer(load_default=0, minimum=0, maximum=MOST_KEYS)


BATCH = {
    "consumer": "GOV/education/enrolment-office",
    "grant": "3f0c6f0e-6f2b-4c52-8a5e-0d6b1f1b1c11",
    "purpose": "school-enrolment",
    "case": "enrolment-office/round-2026",
    "item": "school-enrolment",
    "resource": "household-register",
    "fields": ["address"],
    "keys": [{"identity": "11010519491231002X"}, {"identity": "430104199001010019"}],
}
