"""What Open311 clients send: submissions, and answers to a service's questions.

Guarantees: an empty parameter counts as one not sent (GeoReport v2, Optional Arguments); every
fault is told, in both languages, as one `Malformed` (400). Does not: know who asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.feedback.domain.open311.services import SERVICES, Attribute, Service
from shared import division
from shared.errors import FieldError, Malformed, NotFound
from shared.text import Text

VALUE_LENGTH, TEXT_LENGTH = 500, 4000
FIRST_YEAR, LAST_YEAR = 1900, 2100

WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]{1,255}(/[!-;=?-~]*)?", re.ASCII)
"""Printable ASCII without blanks, quotes' angle brackets; anything else is percent-encoded."""
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
DIVISION_IN_ADDRESS = {
    one.name.zh: one.code for one in division.divisions() if one.level != "province"
}


def fault(pointer: str, zh: str, en: str) -> FieldError:
    return FieldError(f"/{pointer}", Text(zh, en))


def refuse(faults: Sequence[FieldError]) -> None:
    """`Malformed` with all `faults`, where there are any."""
    if faults:
        zh, en = (
            "；".join(f.detail.say("zh") for f in _texts(faults)),
            "; ".join(f"{f.pointer[1:]}: {f.detail}" for f in faults),
        )
        raise Malformed(Text(zh, en), errors=faults)


def _texts(faults: Iterable[FieldError]) -> Iterable[Any]:
    return (f for f in faults if isinstance(f.detail, Text))


def service_of(code: str | None) -> Service:
    """The service with this code: 400 where none is given, 404 where there is none."""
    if not code:
        raise Malformed(Text("缺少 service_code", "service_code was not provided"))
    if code not in SERVICES:
        raise NotFound(Text("service_code 不存在", "service_code was not found"))
    return SERVICES[code]


def require_jurisdiction(given: str | None, own: str) -> None:
    """404 where another jurisdiction is asked for; leaving it out is fine, there is one."""
    if given and given != own:
        raise NotFound(Text("jurisdiction_id 不存在", "jurisdiction_id was not found"))


def answers(service: Service, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The answers to the questions of `service`: code -> text, or texts of a multivaluelist."""
    faults: list[FieldError] = []
    known = {one.code: one for one in service.attributes}
    found = {}
    for code, one in known.items():
        values = list(given.get(code, ()))
        if values:
            faults += _value_faults(one, values)
            found[code] = values if one.datatype == "multivaluelist" else values[0]
        elif one.required:
            name = f"attribute[{code}]"
            faults.append(fault(name, f"{name} 必填", "is required by this service"))
    refuse(faults)
    return found


def _value_faults(one: Attribute, values: Sequence[str]) -> Iterable[FieldError]:
    name = f"attribute[{one.code}]"
    if len(values) > 1 and one.datatype != "multivaluelist":
        yield fault(name, f"{name} 只能有一个值", "takes one value")
    for value in values:
        if not VALID[one.datatype](value) or (one.values and value not in one.values):
            yield fault(name, f"{name} 的值无效", f"is not a valid {one.datatype}")


def _is_moment(text: str) -> bool:
    try:
        return FIRST_YEAR <= datetime.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False


VALID: Mapping[str, Callable[[str], bool]] = {
    "string": lambda text: len(text) <= VALUE_LENGTH and "\n" not in text,
    "text": lambda text: len(text) <= TEXT_LENGTH,
    "number": lambda text: bool(NUMBER.fullmatch(text)),
    "datetime": _is_moment,
    "singlevaluelist": lambda text: len(text) <= VALUE_LENGTH,
    "multivaluelist": lambda text: len(text) <= VALUE_LENGTH,
}


class Place(NamedTuple):
    """Where it is. division: of the address id, the attribute, or a name in the address."""

    lat: float | None
    long: float | None
    address: str | None
    address_id: str | None
    division: str


def place(form: Mapping[str, str], answered: Mapping[str, Any], province: str) -> Place:
    """The place of a submission: lat and long, an address, or an address id must be given.

    address_id is a division's code (GB/T 2260). Where nothing names a division, it is the
    province's, whose desk passes it on.
    """
    faults: list[FieldError] = []
    lat, long = _degree(form, "lat", 90, faults), _degree(form, "long", 180, faults)
    address, id_ = form.get("address_string") or None, form.get("address_id") or None
    if (lat is None) != (long is None) and not faults:
        faults.append(fault("lat", "lat 与 long 应同时提供", "lat and long go together"))
    if lat is None and not (address or id_ or faults):
        faults.append(
            fault(
                "lat",
                "应提供 lat 与 long、address_string 或 address_id",
                "one of lat & long, address_string or address_id is required",
            )
        )
    if id_ and not division.exists(id_):
        faults.append(fault("address_id", "没有这个行政区划", "is no division (GB/T 2260)"))
    refuse(faults)
    code = id_ or answered.get("DIVISION") or _named(address or "") or province
    return Place(lat, long, address, id_, code)


def media_url(form: Mapping[str, str]) -> str | None:
    """The address of an image or document; of the web only, since others will follow it."""
    url = form.get("media_url") or None
    if url and not WEB.fullmatch(url):
        refuse([fault("media_url", "media_url 应为网址", "must be an http or https URL")])
    return url


def _degree(
    form: Mapping[str, str], name: str, most: int, faults: list[FieldError]
) -> float | None:
    text = form.get(name) or ""
    if not text:
        return None
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", text, re.ASCII) and abs(float(text)) <= most:
        return float(text)
    faults.append(fault(name, f"{name} 应为十进制度数（WGS84）", "must be decimal degrees (WGS84)"))
    return None


def _named(address: str) -> str | None:
    """The division that the address names; the smallest, by the longest name."""
    found = [(len(name), code) for name, code in DIVISION_IN_ADDRESS.items() if name in address]
    counties = [one for one in found if division.level(one[1]) == "county"]
    return max(counties or found, default=(0, None))[1]
