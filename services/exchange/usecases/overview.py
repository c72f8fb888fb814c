"""What the public asks about nodes and the roll-out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.exchange.domain import rollout
from services.exchange.usecases import reading
from services.exchange.usecases.directory import all_nodes, phases
from shared.clock import local_day
from shared.documents import Document, Page, Storage

FILTERS = {"member_class": "class", "state": "state"}


def listed(store: Storage, asked: Mapping[str, Any]) -> Page:
    """A page of nodes by id."""
    filter_ = {field: asked[name] for name, field in FILTERS.items() if name in asked}
    return store["nodes"].page(filter_, limit=asked["limit"], cursor=asked.get("cursor"))


def one(store: Storage, id_: str) -> Document:
    """A node, or `NotFound`."""
    return reading.node(store, id_)


def coverage(store: Storage, day: str | None, now: datetime) -> dict[str, Any]:
    """The coverage at the end of `day` (None: today)."""
    return _coverage(all_nodes(store), day or local_day(now).isoformat())


def coverage_by_day(store: Storage) -> list[dict[str, Any]]:
    """The coverage of each day on which it has changed, or was to."""
    nodes = all_nodes(store)
    return [_coverage(nodes, day) for day in rollout.days(nodes)]


def _coverage(nodes: list[Document], day: str) -> dict[str, Any]:
    return {"on": day, "levels": rollout.coverage(nodes, day)}


def roll_out(store: Storage, day: str | None, now: datetime) -> list[dict[str, Any]]:
    """How each phase stands at the end of `day` (None: today)."""
    nodes, on = all_nodes(store), day or local_day(now).isoformat()
    shown = ("code", "by", "name")
    return [
        {**{name: phase[name] for name in shown}, **rollout.progress(phase, nodes, on)}
        for phase in phases()
    ]
