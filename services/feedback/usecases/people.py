"""Who acts, and which affair they may see: their own, or one that lies before their desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from shared import division as divisions
from shared.access import Caller
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import FieldError, Forbidden, Invalid, NotFound, Stale
from shared.text import Text

RACES = 10

Found = TypeVar("Found")


def actor(caller: Caller) -> dict[str, str]:
    """The caller as histories keep it."""
    return {"kind": caller.kind, "account": caller.subject, "name": caller.name}


def before_desk(one: Mapping[str, Any] | None, caller: Caller) -> Any:
    """`one` {department, division} where it lies before the official, else `NotFound`."""
    own = caller.division or ""
    if (
        one is None
        or caller.kind != "official"
        or caller.department != one["department"]
        or not divisions.covers(own, one["division"])
    ):
        raise NotFound()
    return one


def current(one: Document, call: Call) -> Document:
    """`one` in the version that the caller has seen."""
    if one["version"] != call.if_match:
        raise Stale(version=one["version"])
    return one


def desk_of(call: Call) -> tuple[str, str]:
    """Department and division whose affairs are listed: the official's own, or one below it."""
    caller = call.signed_in
    wanted = call.query.get("division") or caller.division or ""
    if not caller.department or not divisions.covers(caller.division or "", wanted):
        raise NotFound(Text("没有这个清单", "There is no such list"))
    return caller.department, wanted


def require_power(caller: Caller, *powers: str) -> None:
    """`Forbidden` where the official holds none of `powers`."""
    if not caller.powers.intersection(powers):
        needed = ", ".join(powers)
        raise Forbidden(Text(f"需要权限：{needed}", f"One of these powers is needed: {needed}"))


def without_races(act: Callable[[], Found]) -> Found:
    """What `act` gives, tried again where the document moved on meanwhile (background work)."""
    for _ in range(RACES):
        try:
            return act()
        except Stale:
            continue
    return act()


def invalid(pointer: str, zh: str, en: str, rule: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, Text(zh, en), rule)])
