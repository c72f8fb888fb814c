"""A service of Open311 as GET services and GET service definition show it."""

from __future__ import annotations

from typing import Any

from services.feedback.domain.open311.services import Attribute, Service

TYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
"""Data types of attributes (GeoReport v2, GET Service Definition)."""


def listed(service: Service, language: str) -> dict[str, Any]:
    """The service as GET services shows it."""
    return {
        "service_code": service.code,
        "service_name": service.name.say(language),
        "description": service.description.say(language),
        "metadata": bool(service.attributes),
        "type": "batch" if service.token else "realtime",
        "keywords": service.keywords,
        "group": service.group.say(language),
    }


def definition(service: Service, language: str) -> dict[str, Any]:
    """The service as GET service definition shows it."""
    attributes = enumerate(service.attributes, 1)
    return {
        "service_code": service.code,
        "attributes": [_attribute(one, order, language) for order, one in attributes],
    }


def _attribute(one: Attribute, order: int, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": True,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": one.hint.say(language) if one.hint else None,
        "order": order,
        "description": one.description.say(language),
    }
    if one.values:
        told["values"] = [
            {"key": key, "name": name.say(language)} for key, name in one.values.items()
        ]
    return told
