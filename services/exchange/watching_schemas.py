"""What those who watch over the exchange ask and read."""

from __future__ import annotations

from services.exchange.domain.traffic import KINDS
from shared.schema import Day, Integer, QueryInteger, Schema, String, fields, validate


class DayQuery(Schema):
    """A day (today where none is given), and how many rows."""

    day = Day()
    limit = QueryInteger(minimum=1, maximum=1000, load_default=100)


class TrafficQuery(DayQuery):
    kind = fields.String(load_default="resource", validate=validate.OneOf(KINDS))


class Figure(Schema):
    """counts: uses, keys, answered, not_found, refused, failed, milliseconds, slow, and what was
    refused or failed, by type."""

    name = String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class TopConsumer(Schema):
    consumer = String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Anomaly(Schema):
    """usual: keys a day, None where there is no usual; kind "volume" or "sequence"."""

    id = String(required=True)
    kind = String(required=True)
    consumer = String(required=True)
    resource = String(required=True)
    usual = Integer(required=True, allow_none=True)
    seen = Integer(required=True)
    day = Day(required=True)
    raised_at = String(required=True)
