"""Items as departments announce them, and as the public reads them.

Guarantees: an announcement is either published or kept with its findings, never lost; repeats and
late ones change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.catalogue.domain.authority import runs_platform
from services.catalogue.domain.contents import AnnouncedItem
from services.catalogue.domain.lint import findings
from services.catalogue.domain.lists import blank, ceased, departments_of, exercised
from services.catalogue.domain.places import every, scope_level, scopes_of
from services.catalogue.domain.versions import Version, in_force
from services.catalogue.events import directory_opened, published
from services.catalogue.usecases.listing import gathered, put_on_lists
from shared import division
from shared.access import Caller
from shared.documents import Document, Storage
from shared.errors import FieldError, NotFound
from shared.events import Event
from shared.races import until_fresh
from shared.schema import ValidationError
from shared.text import Text
from shared.wording import field_errors

ANNOUNCED = "announced"
OPENINGS = "openings"


def take_in(store: Storage, event: Event, now: datetime) -> None:
    """Publish what `event` announces, or keep it with what is wrong."""
    item = until_fresh(lambda: _taken_in(store, event, now))
    put_on_lists(store, gathered([item]), event.id)


def open_directory(store: Storage, now: datetime) -> None:
    """Ask every department for its items; they may have announced them before anybody listened."""
    before = store["state"].get(OPENINGS)
    count = 1 if before is None else before["count"] + 1
    after = {"_id": OPENINGS, "count": count}
    told = [directory_opened(count, now)]
    if before is None:
        store["state"].ensure(after, told)
    else:
        store["state"].save(before, after, told)


def _taken_in(store: Storage, event: Event, now: datetime) -> Mapping[str, Any]:
    code = str(event.data["code"])
    before = store["items"].get(code)
    item: Mapping[str, Any] = before or blank(code, ANNOUNCED)
    if event.sequence <= item.get("sequence", 0):
        return item
    content, faults = judged(event.data)
    after = {**item, "sequence": event.sequence, "announced_by": event.source}
    if content is None or faults:
        after["rejected"] = _rejection(event.data, faults, now)
        return _written(store, before, after, [])
    after = {**after, "source": ANNOUNCED, "rejected": None}
    after = _exercised(after, content, now)
    return _written(store, before, after, [published(after, content, now)])


def judged(data: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[FieldError]]:
    """The content that `data` announces, and everything that is wrong with it."""
    try:
        content: dict[str, Any] = AnnouncedItem().load(data)
    except ValidationError as refusal:
        return None, field_errors(refusal.messages)
    return content, findings(content)


def _exercised(
    item: Mapping[str, Any], content: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """`item` exercised at the levels of `content` and no longer anywhere else."""
    told = {name: value for name, value in content.items() if name != "levels"}
    scopes = [every(level) for level in content["levels"]]
    others = set(item["implementations"]) - set(scopes)
    first = content["effective_from"]
    after = ceased(item, others, first, source=ANNOUNCED, at=now)
    for scope in scopes:
        after = exercised(after, scope, told, source=ANNOUNCED, at=now)
    return after


def _rejection(
    data: Mapping[str, Any], faults: Sequence[FieldError], now: datetime
) -> dict[str, Any]:
    return {
        "at": now,
        "department": str(data.get("department")),
        "announced": dict(data),
        "findings": [kept_fault(fault) for fault in faults],
    }


def kept_fault(fault: FieldError) -> dict[str, Any]:
    """A fault as it is stored."""
    detail = fault.detail
    both = detail.both() if isinstance(detail, Text) else {"zh": detail, "en": detail}
    return {"pointer": fault.pointer, "rule": fault.rule, "detail": both}


def _written(
    store: Storage, before: Document | None, after: Mapping[str, Any], events: list[dict[str, Any]]
) -> Document:
    if before is None:
        return store["items"].add(after, events)
    return store["items"].save(before, after, events)


def implementations_on(item: Mapping[str, Any], day: str) -> Iterator[tuple[str, Version]]:
    """Scope and version of every implementation in force on `day`, the province first."""
    order = {level: number for number, level in enumerate(division.LEVELS)}
    for scope in sorted(item["implementations"], key=lambda s: (order[scope_level(s)], s)):
        if version := in_force(item["implementations"][scope], day):
            yield scope, version


def serving(item: Mapping[str, Any], code: str | None, day: str) -> tuple[str, Version]:
    """The implementation that serves people of the division `code` (None: the first there is).

    Its own authority's, else that of what the division lies in; `NotFound` where there is none.
    """
    current = dict(implementations_on(item, day))
    wanted = [s for c in division.ancestors(code) for s in scopes_of(c)] if code else current
    for scope in wanted:
        if scope in current:
            return scope, current[scope]
    raise NotFound(Text("该区划当日没有此事项", "Nobody offers this item there on that day"))


def item_of(store: Storage, code: str) -> Document:
    """The item's document, `NotFound` where nothing of it was ever published."""
    item = store["items"].require(code)
    if not item["implementations"]:
        raise NotFound()
    return item


def found_by(store: Storage, caller: Caller, code: str) -> Document:
    """The item's document for an official of its department, or of the platform."""
    item = store["items"].require(code)
    told_by = {(item.get("rejected") or {}).get("department")}
    for versions in item["implementations"].values():
        told_by |= departments_of(versions)
    if not runs_platform(caller) and caller.department not in told_by:
        raise NotFound()
    return item
