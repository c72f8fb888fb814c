"""The catalogue: divisions, departments, items, their guides, powers and the online rate."""

from __future__ import annotations

from typing import Any, ClassVar

import eventlet
import orjson

from services.catalogue import schemas, views
from services.catalogue.management import Management
from services.catalogue.memory import give_back
from services.catalogue.shelf import Shelved
from services.catalogue.usecases import imports, items, queries
from shared import division
from shared.access import PUBLIC
from shared.entrypoints import Call, Clock, Reply, Store, every, hears, http, rpc
from shared.errors import NotFound
from shared.events import Event
from shared.schema import load
from shared.store import Index

DAY, MINUTE = 86_400, 60
JSON_SCHEMA = "application/schema+json"


class Service(Management):
    name = "catalogue"
    title = "Catalogue: divisions, service items, powers and the online rate"

    store: Any = Store(
        {
            "items": [],
            "lists": [Index.on("kind")],
            "state": [],
            "powers": [Index.on("ids")],
            "imports": [Index.on("open", sparse=True)],
            "faults": [],
        }
    )
    _opened: ClassVar[bool] = False
    shelf = Shelved()
    clock = Clock()

    @http(
        "GET",
        "/divisions",
        who=PUBLIC,
        query=schemas.Divisions,
        reply=schemas.Division,
        many=True,
        cache=DAY,
        summary="Administrative divisions (GB/T 2260) by level and parent",
    )
    def divisions(self, call: Call) -> Reply:
        chosen = [
            views.division(d)
            for d in division.divisions()
            if call.query.get("level") in (None, d.level)
            and call.query.get("parent") in (None, d.parent)
        ]
        return Reply.page(chosen, None)

    @http(
        "GET",
        "/divisions/<code>",
        who=PUBLIC,
        reply=schemas.Division,
        cache=DAY,
        summary="An administrative division",
    )
    def division(self, call: Call, code: str) -> dict[str, Any]:
        for one in division.divisions():
            if one.code == code:
                return views.division(one)
        raise NotFound()

    @http(
        "GET",
        "/departments",
        who=PUBLIC,
        reply=schemas.Department,
        query=None,
        many=True,
        cache=DAY,
        summary="The departments of the province",
    )
    def departments(self, call: Call) -> Reply:
        named = [
            {"code": d.code, "name": d.name.both(), "office": d.office.both()}
            for d in division.departments()
        ]
        return Reply.page(named, None)

    @http(
        "GET",
        "/items",
        who=PUBLIC,
        query=schemas.Items,
        reply=schemas.Summary,
        cache=MINUTE,
        summary="Find items by words (Chinese or English), place, department and audience",
    )
    def find_items(self, call: Call) -> Reply:
        directory = self.shelf.directory(self.store)
        results = queries.find_items(directory, call.query, call.now)
        return Reply.page([views.summary(f) for f in results.found], results.next_cursor)

    @http(
        "GET",
        "/items/<code>",
        who=PUBLIC,
        query=schemas.Where,
        reply=schemas.Guide,
        cache=MINUTE,
        summary="The guide of an item, for people of a division and as of a day",
    )
    def guide(self, call: Call, code: str) -> dict[str, Any]:
        affair = queries.affair(self.store, code, call.query, call.now)
        return views.guide(affair, queries.day_of(call.query, call.now))

    @http(
        "GET",
        "/items/<code>/form",
        who=PUBLIC,
        query=schemas.Where,
        cache=MINUTE,
        produces=JSON_SCHEMA,
        summary="The form of an item as JSON Schema (2020-12)",
    )
    def form(self, call: Call, code: str) -> Reply:
        found = queries.form(self.store, code, call.query, call.now)
        return Reply(orjson.dumps(found), media_type=JSON_SCHEMA)

    @http(
        "GET",
        "/items/<code>/versions",
        who=PUBLIC,
        query=schemas.InDivision,
        reply=schemas.ItemVersion,
        many=True,
        cache=MINUTE,
        summary="Every version of an item and when it is in force",
    )
    def versions(self, call: Call, code: str) -> Reply:
        item = items.item_of(self.store, code)
        return Reply.page(list(views.versions(item, call.query.get("division"))), None)

    @http(
        "GET",
        "/online-rate",
        who=PUBLIC,
        query=schemas.RateQuestion,
        reply=schemas.Rate,
        cache=MINUTE,
        summary="The online rate by level, division, department and day, next to its targets",
    )
    def online_rate(self, call: Call) -> dict[str, Any]:
        directory = self.shelf.directory(self.store)
        return queries.online_rate(directory, call.query, call.now)

    @http(
        "GET",
        "/powers",
        who=PUBLIC,
        query=schemas.Powers,
        reply=schemas.Power,
        cache=MINUTE,
        summary="The public list of powers, with their delegations",
    )
    def powers(self, call: Call) -> Reply:
        directory = self.shelf.directory(self.store)
        results, kept = queries.find_powers(self.store, directory, call.query, call.now)
        rows = [views.power(f, kept.get(f.item.code)) for f in results.found]
        return Reply.page(rows, results.next_cursor)

    @rpc
    def rate_on(self, asked: dict[str, Any]) -> dict[str, Any]:
        """As `GET /online-rate` answers; `asked`: its query."""
        question = load(schemas.RateQuestion(), asked)
        return queries.online_rate(self.shelf.directory(self.store), question, self.clock())

    @rpc
    def listed_items(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A page {items, next_cursor} as `GET /items` answers; `asked`: its query."""
        results = queries.find_items(self.shelf.directory(self.store), asked, self.clock())
        items = [views.summary(found) for found in results.found]
        return {"items": items, "next_cursor": results.next_cursor}

    @rpc
    def known_items(self, codes: list[str]) -> list[str]:
        """Those of `codes` that are items of the catalogue."""
        known = self.shelf.directory(self.store).items
        return [code for code in codes if code in known]

    @rpc
    def listed_powers(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A page {items, next_cursor} as `GET /powers` answers; `asked`: its query."""
        directory = self.shelf.directory(self.store)
        results, kept = queries.find_powers(self.store, directory, asked, self.clock())
        items = [views.power(found, kept.get(found.item.code)) for found in results.found]
        return {"items": items, "next_cursor": results.next_cursor}

    @hears("*.item.announced.v1", queue="items", reads=schemas.AnnouncedFields)
    def take_in(self, event: Event) -> None:
        items.take_in(self.store, event, self.clock())

    @every(seconds=1, eager=True, listening=True)
    def open_directory(self) -> None:
        if not type(self)._opened:
            items.open_directory(self.store, self.clock())
            type(self)._opened = True

    @every(seconds=1)
    def work_on_imports(self) -> None:
        if imports.work(self.store, self.clock, lambda: eventlet.sleep(0)):
            give_back()
