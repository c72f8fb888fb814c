"""What the catalogue tells the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.catalogue.domain.delegation import last_day
from services.catalogue.domain.depth import is_fully_online
from shared.events import event
from shared.published import Published, Publishes
from shared.schema import BilingualText, Day, DivisionCode, Integer, Schema, String, fields

DIRECTORY_OPENED = "catalogue.directory.opened.v1"
ITEM_PUBLISHED = "catalogue.item.published.v1"
IMPORT_FINISHED = "catalogue.import.finished.v1"
POWER_DELEGATED = "catalogue.power.delegated.v1"
POWER_REVOKED = "catalogue.power.revoked.v1"


class ItemPublished(Schema):
    """A department's announcement has passed; subject: the item's code."""

    code = String(required=True)
    name = BilingualText(required=True)
    department = String(required=True)
    levels = fields.List(String(), required=True)
    item_version = Integer(required=True)
    effective_from = Day(required=True)
    effective_until = Day(required=True, allow_none=True)
    fully_online = fields.Boolean(required=True)


class ImportFinished(Schema):
    """A file has been taken in; subject: the import's id. Counts of rows."""

    rows = Integer(required=True)
    added = Integer(required=True)
    changed = Integer(required=True)
    unchanged = Integer(required=True)
    faulty = Integer(required=True)


class PowerChanged(Schema):
    """A delegation was given or revoked; subject: its id. Days included; until None: open.

    After a revocation `until_day` is the last day on which it is in force.
    """

    item = String(required=True)
    from_division = DivisionCode(required=True)
    delegates = fields.List(DivisionCode(), required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)
    legal_basis = BilingualText(required=True)


class DirectoryOpened(Schema):
    """A catalogue has started and takes announcements; subject: "directory"."""


PUBLISHES: Publishes = {
    DIRECTORY_OPENED: Published(DirectoryOpened),
    ITEM_PUBLISHED: Published(ItemPublished, public=True),
    IMPORT_FINISHED: Published(ImportFinished, public=True),
    POWER_DELEGATED: Published(PowerChanged, public=True),
    POWER_REVOKED: Published(PowerChanged, public=True),
}


def published(item: Mapping[str, Any], content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The item with this content is in the catalogue."""
    same = ("code", "name", "department", "levels", "effective_from", "effective_until")
    data = {name: content[name] for name in same}
    data |= {"item_version": content["version"], "fully_online": is_fully_online(content)}
    return event(ITEM_PUBLISHED, item["_id"], item["sequence"], data, now)


def directory_opened(count: int, now: datetime) -> dict[str, Any]:
    """The catalogue takes announcements, for the `count`-th time."""
    return event(DIRECTORY_OPENED, "directory", count, {}, now)


def import_finished(import_id: str, counts: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """The file of this import has been taken in."""
    return event(IMPORT_FINISHED, import_id, 1, counts, now)


def power_changed(item: str, delegation: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The delegation was given, or has been revoked."""
    type_, sequence = (POWER_REVOKED, 2) if delegation["revoked"] else (POWER_DELEGATED, 1)
    data = {
        "item": item,
        "from_division": delegation["from_division"],
        "delegates": delegation["delegates"],
        "from_day": delegation["from_day"],
        "until_day": last_day(delegation),
        "legal_basis": (delegation["revoked"] or delegation)["legal_basis"],
    }
    return event(type_, delegation["id"], sequence, data, now)
