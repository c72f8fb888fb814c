"""Sharing requests and grants as callers see them (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.exchange.domain.grants import in_force
from services.exchange.domain.sharing_requests import BASIS
from shared.case import legal_moves
from shared.department.views import timeline

SUMMARY = ("number", "state", "consumer", "provider", "resource", "received_on", "version")
GRANT = (
    "number", "request", "consumer", "provider", "resource", "resource_version", "fields", "kinds",
    "purposes", "items", "quota", "from_day", "until_day", "state", "version",
)  # fmt: skip
NEGATIVE = ("refuse", "decline")
OURS = ("acceptance", "statutory", "promised")
"""Deadlines whose limit is not the Licensing Law's."""


def summary(request: Mapping[str, Any]) -> dict[str, Any]:
    """A sharing request in a list."""
    return {
        "id": request["_id"],
        **{name: request[name] for name in SUMMARY},
        "opened_at": request["opened_at"].isoformat(),
    }


def detail(request: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A sharing request with its moves and explained deadlines."""
    told = timeline(request, today)
    for name in OURS:
        if name in told["deadlines"]:
            told["deadlines"][name]["basis"] = [BASIS.both()]
    return {
        **summary(request),
        **told,
        "asked": request["asked"],
        "terms": request.get("terms"),
        "grant": request.get("grant"),
        "reasons": _reasons(request),
        "legal_moves": legal_moves(request["state"]),
    }


def _reasons(request: Mapping[str, Any]) -> list[Any]:
    negative = [entry for entry in request["history"] if entry["action"] in NEGATIVE]
    return list(negative[-1]["reasons"]) if negative else []


def grant(found: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A grant as both parties see it."""
    revoked = found["revoked"]
    return {
        "id": found["_id"],
        **{name: found[name] for name in GRANT},
        "in_force": in_force(found, today),
        "revoked": revoked and {"at": revoked["at"].isoformat(), "reason": revoked["reason"]},
    }
