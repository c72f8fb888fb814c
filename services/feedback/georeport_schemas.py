"""What Open311 clients send. What the standard does not name is dropped, empty counts as absent."""

from __future__ import annotations

from typing import Any

from marshmallow import pre_load

from services.feedback.domain.open311.services import SERVICES
from shared.schema import Foreign, String, fields, validate


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


LISTS = frozenset(
    f"attribute[{one.code}][]"
    for service in SERVICES.values()
    for one in service.attributes
    if one.datatype == "multivaluelist"
)
"""Names under which a form gives several values (GeoReport v2, POST Service Request)."""


class RequestForm(Foreign):
    """The form of POST Service Request; attributes: answers by their code."""

    repeats = LISTS

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
        """``attribute[CODE][]=...`` as ``attribute[CODE]=...``; values that are empty, dropped."""
        if not isinstance(data, dict) or not isinstance(data.get("attribute", {}), dict):
            return data
        answers = {code: _filled(values) for code, values in data.get("attribute", {}).items()}
        for name in LISTS & data.keys():
            answers[name[len("attribute[") : -len("][]")]] = _filled(data[name])
        return {**data, "attribute": {code: values for code, values in answers.items() if values}}


def _filled(values: Any) -> Any:
    return [v for v in values if v not in ("", None)] if isinstance(values, list) else values
