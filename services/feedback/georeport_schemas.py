"""What Open311 clients send and get in JSON.

What the standard does not name is dropped; a parameter that is empty counts as absent. Lists are
arrays at the root (the Spark convention).
"""

from __future__ import annotations

from typing import Any

from marshmallow import pre_load

from services.feedback.domain.open311.definitions import TYPES
from shared.schema import Foreign, Integer, Schema, String, fields, validate


def _text(longest: int) -> fields.String:
    return String(longest=longest, shortest=0)


class GeoReportQuery(Foreign):
    jurisdiction_id = _text(100)
    api_key = _text(200)


class RequestsQuery(GeoReportQuery):
    """The filters of GET Service Requests, and page and page_size (an extension in wide use)."""

    service_request_id = _text(6000)
    service_code = _text(1000)
    start_date = _text(40)
    end_date = _text(40)
    status = _text(40)
    page = _text(10)
    page_size = _text(10)


class RequestForm(Foreign):
    """The form of POST Service Request; attributes: answers by their code."""

    jurisdiction_id = _text(100)
    api_key = _text(200)
    service_code = _text(100)
    lat = _text(40)
    long = _text(40)
    address_string = _text(300)
    address_id = _text(40)
    email = _text(254)
    device_id = _text(200)
    account_id = _text(100)
    first_name = _text(60)
    last_name = _text(60)
    phone = _text(40)
    description = _text(4000)
    media_url = _text(1000)
    attributes = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.List(_text(4000), validate=validate.Length(max=50)),
        load_default=dict,
        data_key="attribute",
        metadata={"maxProperties": 40},
    )

    @pre_load
    def gathered(self, data: Any, **kwargs: Any) -> Any:
        """Answers without values that are empty, and without those that have none."""
        if not isinstance(data, dict) or not isinstance(data.get("attribute", {}), dict):
            return data
        answers = {code: _filled(values) for code, values in data.get("attribute", {}).items()}
        return {**data, "attribute": {code: values for code, values in answers.items() if values}}


def _filled(values: Any) -> Any:
    return [v for v in values if v not in ("", None)] if isinstance(values, list) else values


class _Array(Schema):
    """One member of an array at the root."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"many": True, **kwargs})


class Endpoint(Schema):
    specification = fields.String(required=True)
    url = fields.String(required=True)
    changeset = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(("production", "test")))
    formats = fields.List(fields.String(), required=True)


class Discovery(Schema):
    changeset = fields.String(required=True)
    contact = fields.String(required=True)
    key_service = fields.String(required=True)
    endpoints = fields.List(fields.Nested(Endpoint), required=True)


class Services(_Array):
    """A service (GET Service List)."""

    service_code = fields.String(required=True)
    service_name = fields.String(required=True)
    description = fields.String(required=True)
    metadata = fields.Boolean(required=True)
    type = fields.String(required=True, validate=validate.OneOf(("realtime", "batch", "blackbox")))
    keywords = fields.String(required=True)
    group = fields.String(required=True)


class Choice(Schema):
    key = fields.String(required=True)
    name = fields.String(required=True)


class Attribute(Schema):
    variable = fields.Boolean(required=True)
    code = fields.String(required=True)
    datatype = fields.String(required=True, validate=validate.OneOf(TYPES))
    required = fields.Boolean(required=True)
    datatype_description = fields.String(required=True, allow_none=True)
    order = Integer(required=True, minimum=1)
    description = fields.String(required=True)
    values = fields.List(fields.Nested(Choice))


class Definition(Schema):
    """GET Service Definition."""

    service_code = fields.String(required=True)
    attributes = fields.List(fields.Nested(Attribute), required=True)


class Receipts(_Array):
    """POST Service Request; the id, or the token where the service is of type batch."""

    service_request_id = fields.String()
    token = fields.String()
    service_notice = fields.String(required=True)
    account_id = fields.String(allow_none=True)


class Tokens(_Array):
    """GET service_request_id from a token."""

    service_request_id = fields.String(required=True)
    token = fields.String(required=True)


def _or_null() -> fields.String:
    return fields.String(required=True, allow_none=True)


class Requests(_Array):
    """A request (GET Service Requests). What its author did not agree to publish is null."""

    service_request_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("open", "closed")))
    status_notes = _or_null()
    service_name = fields.String(required=True)
    service_code = fields.String(required=True)
    description = _or_null()
    agency_responsible = fields.String(required=True)
    service_notice = fields.String(required=True)
    requested_datetime = fields.String(required=True, metadata={"format": "date-time"})
    updated_datetime = fields.String(required=True, metadata={"format": "date-time"})
    expected_datetime = fields.String(required=True, metadata={"format": "date-time"})
    address = _or_null()
    address_id = _or_null()
    zipcode = _or_null()
    lat = fields.Float(required=True, allow_none=True)
    long = fields.Float(required=True, allow_none=True)
    media_url = _or_null()
