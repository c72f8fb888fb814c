"""Resources as callers see them (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.exchange.domain.resources import SHOWN
from services.exchange.domain.shelf import Listed

SUMMARY = (
    "name", "description", "provider", "subsystem", "newest", "sharing", "openness",
    "update_cycle", "items", "state",
)  # fmt: skip


def listed(one: Listed) -> dict[str, Any]:
    """A resource in a list."""
    told = {name: one.entry[name] for name in SUMMARY if name != "provider"}
    return {"code": one.code, "provider": one.provider, **told}


def summary(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The resource without its fields."""
    return {"code": resource["_id"], **{name: resource[name] for name in SUMMARY}}


def detail(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource with its fields, versions and history."""
    return {
        **summary(resource),
        **{name: resource[name] for name in SHOWN},
        "versions": [_without(one, "sequence") for one in resource["versions"]],
        "history": [_change(entry) for entry in resource["history"]],
    }


def _change(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**_without(entry, "by"), "at": entry["at"].isoformat()}


def _without(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in one.items() if k != name}


def declaration(record: Mapping[str, Any]) -> dict[str, Any]:
    """What was declared last, and what is wrong with it."""
    return {
        "code": record["code"],
        "version": record["version"],
        "at": record["at"].isoformat(),
        "findings": record["findings"],
    }
