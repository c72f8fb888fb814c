"""OperationOutcome: how FHIR tells what is wrong, and what went well (pure).

Source: R4 operationoutcome.html, value set issue-type; http.html for the statuses.
"""

from __future__ import annotations

from typing import Any

from shared.errors import ServiceError
from shared.text import say

CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    428: "required",
    429: "throttled",
    500: "exception",
    503: "transient",
}
TYPES = {
    "too-costly": "too-costly",
    "search-parameter": "value",
    "invalid": "invalid",
    "slot-taken": "conflict",
    "illegal-move": "business-rule",
    "not-supported": "not-supported",
}
"""Codes of value set issue-type: by the error's own type where there is one, else by status."""


def refusal(error: ServiceError, language: str, type_: str = "") -> dict[str, Any]:
    """`error` as an OperationOutcome; one issue for each faulty element of a resource `type_`."""
    code = TYPES.get(error.type, CODES.get(error.status, "processing"))
    detail = say(error.detail, language)
    issues = [
        _issue(code, say(fault.detail, language), fault.rule, element(type_, fault.pointer))
        for fault in error.errors
    ]
    return _outcome(issues or [_issue(code, detail, error.type)])


def done(text: str) -> dict[str, Any]:
    """That all went well, in words."""
    issue = {"severity": "information", "code": "informational", "diagnostics": text}
    return _outcome([issue])


def _outcome(issues: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(code: str, text: str, rule: str, where: str = "") -> dict[str, Any]:
    issue = {
        "severity": "error",
        "code": code,
        "details": {"coding": [{"system": RULES, "code": rule}], "text": text},
        "diagnostics": f"{where}: {text}" if where else text,
    }
    return {**issue, "expression": [where]} if where else issue


RULES = "urn:platform:health:rules"


def element(type_: str, pointer: str) -> str:
    """A JSON pointer as a FHIRPath: ``/slot/0/reference`` -> ``Appointment.slot[0].reference``;
    none for a parameter of a search, and for the resource as a whole."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if not steps or not type_ or not all(step.isalnum() for step in steps):
        return ""
    return type_ + "".join(f"[{s}]" if s.isdigit() else f".{s}" for s in steps)
