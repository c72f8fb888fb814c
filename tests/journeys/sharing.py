"""Steps of data sharing that its journeys share: nodes, resources, requests, grants."""

from __future__ import annotations

import base64
import os
import uuid
from typing import Any

from shared.exchange.messages import Signer
from tests.journeys.enterprise import in_days
from tests.journeys.people import Answer, Person, eventually, official, ok

EXCHANGE = "/exchange"
PROVINCE = "430000"
POWERS = ["accept", "approve"]
CONTACT = {"office": "数据资源处", "phone": "0731-12345"}
NAME = {"zh": "土地使用权登记", "en": "Registered rights to land"}
TITLES = {
    "identity": {"zh": "公民身份号码", "en": "Resident identity number"},
    "right": {"zh": "权利类型", "en": "Kind of right"},
    "area": {"zh": "面积", "en": "Area"},
}


def of_department(administrator: Person, department: str, phone: str) -> Person:
    """An official of the provincial department, who accepts and approves."""
    return official(administrator, phone, "省直官员", PROVINCE, POWERS, department)


def signer() -> Signer:
    return Signer(base64.b64encode(os.urandom(32)).decode())


def declaration(member: str, **changes: Any) -> dict[str, Any]:
    """What an administrator enters for an existing system."""
    types = {"identity": "string", "right": "string", "area": "integer"}
    return {
        "member": member,
        "subsystem": "records",
        "name": NAME,
        "description": NAME,
        "fields": [{"name": n, "type": t, "title": TITLES[n]} for n, t in types.items()],
        "key": ["identity"],
        "subject": {"kind": "person", "field": "identity", "also": []},
        "schema": {"type": "object", "properties": {n: {"type": t} for n, t in types.items()}},
        "sharing": "conditional",
        "openness": "not-open",
        "update_cycle": "daily",
        "items": ["education-enrolment"],
        **changes,
    }


def declared(administrator: Person, member: str = "GOV/natural-resources", **changes: Any) -> str:
    """The code of a new resource in the catalogue."""
    code = f"land-{uuid.uuid4().hex[:8]}"
    path = f"{EXCHANGE}/resources/{code}/versions/1"
    ok(administrator.put(path, json=declaration(member, **changes)))
    return code


def asked(resource: str, **changes: Any) -> dict[str, Any]:
    """The body of a sharing request of education."""
    return {
        "consumer": "GOV/education/education",
        "resource": resource,
        "fields": ["right", "area"],
        "kinds": ["query", "verify"],
        "purposes": ["enrolment"],
        "items": ["education-enrolment"],
        "volume": {"amount": 10_000, "period": "day"},
        "until_day": in_days(365),
        "explanation": "核验入学申请人的住房情况",
        "legal_basis": "《义务教育法》第十二条",
        **changes,
    }


def ask(person: Person, body: dict[str, Any]) -> str:
    """The id of a new sharing request."""
    return str(ok(person.create(f"{EXCHANGE}/requests", body), 201)["id"])


def move(person: Person, what: str, action: str, **body: Any) -> Answer:
    """A move of the node, request or grant at `what`, in the version that is there."""
    method = "PUT" if action == "connection" else "POST"
    return person.act(f"{EXCHANGE}/{what}", action, body, method=method)


def closed(person: Person, request: str) -> dict[str, Any]:
    """The request once its decision has had its effect."""
    path = f"{EXCHANGE}/requests/{request}"
    found: dict[str, Any] = eventually(
        lambda: (seen := ok(person.get(path)))["state"] == "closed" and seen, "the closed request"
    )
    return found
