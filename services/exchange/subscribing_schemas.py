"""What is said of subscriptions and of changed records, over HTTP."""

from __future__ import annotations

from services.exchange.usecases.feeding import LIMIT, MOST
from services.exchange.xroad_schemas import Receipt, key_field, names_field
from shared.exchange.order import KEYS_AT_ONCE
from shared.schema import Integer, QueryInteger, Schema, String, fields, validate

MOST_TOLD = 1_000


class Following(Schema):
    """keys: of the records to follow. fields: whose changes matter; all granted without them."""

    resource = String(required=True, longest=100)
    keys = fields.List(
        key_field(), required=True, validate=validate.Length(min=1, max=KEYS_AT_ONCE)
    )
    fields_ = names_field()


class Ended(Schema):
    """reason: "asked", or the type of the refusal that ended it."""

    at = fields.String(required=True)
    reason = fields.String(required=True)


class Subscription(Schema):
    """keys: how many records it follows. number: of the last change."""

    id = fields.String(required=True)
    resource = fields.String(required=True)
    consumer = fields.String(required=True)
    provider = fields.String(required=True)
    grant = fields.String(required=True)
    purpose = fields.String(required=True)
    case = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    keys = Integer(required=True)
    number = Integer(required=True)
    state = fields.String(required=True)
    opened_at = fields.String(required=True)
    ended = fields.Nested(Ended, required=True, allow_none=True)
    receipt = fields.Nested(Receipt, required=True)


class ChangesQuery(Schema):
    """after: the number that was read last, 0 at the beginning."""

    after = QueryInteger(minimum=0, load_default=0)
    limit = QueryInteger(minimum=1, maximum=MOST, load_default=LIMIT)


class Change(Schema):
    """fields: of the followed ones, those that differ now. at: when, as its provider told."""

    number = Integer(required=True)
    key = fields.Dict(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    at = fields.String(required=True)


class Changes(Schema):
    """next: the `after` by which to read on; more: whether there is more already."""

    subscription = fields.String(required=True)
    resource = fields.String(required=True)
    changes = fields.List(fields.Nested(Change), required=True)
    next = Integer(required=True)
    more = fields.Boolean(required=True)


class ChangedRecord(Schema):
    """fields: that differ now; all of them where the record came or went, or without them."""

    key = key_field(required=True)
    fields_ = names_field()


class Report(Schema):
    """Records that have changed."""

    changes = fields.List(
        fields.Nested(ChangedRecord),
        required=True,
        validate=validate.Length(min=1, max=MOST_TOLD),
    )


class Reported(Schema):
    """changes: how many records."""

    id = fields.String(required=True)
    resource = fields.String(required=True)
    changes = Integer(required=True)


class GrantNamed(Schema):
    """Of a revoked grant nothing is read but which it is."""
