"""Nodes as callers see them (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.exchange.domain.nodes import MOVES, legal_moves
from services.exchange.domain.pulse import blank, figures


def summary(node: Mapping[str, Any], pulse: Mapping[str, Any] | None) -> dict[str, Any]:
    """A node in a list."""
    told = pulse or blank(node["_id"])
    return {
        "id": node["_id"],
        **{name: node[name] for name in ("class", "code", "name", "level", "state", "planned_on")},
        "connected_on": node["since"].get("connected"),
        "adapter": node["adapter"],
        "heartbeat_at": _time(told["heartbeat_at"]),
        "figures": figures(told),
    }


def detail(node: Mapping[str, Any], pulse: Mapping[str, Any] | None) -> dict[str, Any]:
    """A node with its history and its keys."""
    return {
        **summary(node, pulse),
        **{name: node[name] for name in ("phase", "since", "contact", "version")},
        "history": [_move(entry) for entry in node["history"]],
        "keys": [_timed(key, "since", "until") for key in node["keys"]],
        "waiting": [_timed(key, "at") for key in node["waiting"]],
        "failed_at": _time((pulse or {}).get("failed_at")),
        "legal_moves": legal_moves(node["state"]),
    }


def _move(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": _time(entry["at"]),
        "on": entry["on"],
        "action": entry["action"],
        "name": MOVES[entry["action"]].name.both(),
        "reason": entry["reason"],
    }


def _timed(key: Mapping[str, Any], *times: str) -> dict[str, Any]:
    return {**key, **{name: _time(key[name]) for name in times}}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
