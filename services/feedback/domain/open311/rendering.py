"""XML and JSON of Open311 (GeoReport v2; JSON_and_XML_Conversion, the Spark convention).

Guarantees: one tree gives both; the XML has the standard's element names, no namespace, UTF-8 with
its declaration, and no character that XML 1.0 forbids; null is an empty element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

XML, JSON = "text/xml", "application/json; charset=utf-8"
MEDIA_TYPES: Final[Mapping[str, str]] = {"xml": XML, "json": JSON}
"""Content types as the standard's page has them; charset is added to text types."""

MEMBERS: Final[Mapping[str, str]] = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
"""The element that each container repeats."""

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rendered(root: str, value: Any, format_: str) -> bytes:
    """`value` (an object, or a list for a container) in "xml" or "json"."""
    if format_ == "json":
        return orjson.dumps(value)
    element = Element(root)
    _fill(element, root, value)
    body: bytes = tostring(element, encoding="UTF-8", xml_declaration=True)
    return body


def errors(status: int, descriptions: Sequence[str], format_: str) -> bytes:
    """The errors of one answer."""
    told = [{"code": status, "description": text} for text in descriptions]
    return rendered("errors", told, format_)


def _fill(element: Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _fill(SubElement(element, key), key, each)
    elif isinstance(value, list):
        for each in value:
            _fill(SubElement(element, MEMBERS[name]), MEMBERS[name], each)
    elif value is not None:
        element.text = _FORBIDDEN.sub("", _text(value))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
