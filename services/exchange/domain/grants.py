"""A grant: what one consumer may read of one resource, for what, until when (pure).

    grant  {_id, number, request, consumer "GOV/education/education" or "GOV/education/*",
            consumer_member, provider (node), resource, resource_version, fields [names], kinds,
            purposes, items [codes], quota {amount, period}, from_day, until_day, ends, state,
            revoked, history}
    resource_version: whose fields are granted; it stays usable while its provider keeps it.
    items: empty where the purpose serves none. from_day: the day of issue; until_day: included.
    state: active, revoked, expired. ends: the same as until_day, while it is active.
    revoked: {at, by, reason}, or None.

Guarantees: whatever the grant does not name is refused, with the rule that it breaks; the order of
the checks is fixed, so a refusal is the same everywhere.
Does not: count (the log decides quotas), or know replays, signatures and nodes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from services.exchange.domain.members import is_of
from shared.access import still_in_force
from shared.clock import local_day
from shared.errors import Conflict, FieldError, Forbidden, NotFound, ServiceError
from shared.events import derived_id
from shared.text import Text

Grant = Mapping[str, Any]
Use = Mapping[str, Any]
"""What refusals read of a use: consumer, resource, kind, purpose, item, fields, claims."""

KINDS = ("query", "verify", "batch", "subscribe")
PERIODS = ("day", "month", "total")
STATES = ("active", "revoked", "expired")


def refusal(grant: Grant | None, use: Use, today: date) -> ServiceError | None:
    """Why `grant` (None: there is none by that id) does not cover `use`; None where it does.

    Another consumer's grant, or one for another resource, is as good as none.
    """
    if grant is None or not _fits(grant, use):
        return unknown()
    return (
        _ended(grant, today)
        or _unlisted(use["kind"], grant["kinds"], "kind")
        or _unlisted(use["purpose"], grant["purposes"], "purpose")
        or _item(use.get("item"), grant["items"])
        or _fields(use, grant["fields"])
    )


def unknown() -> NotFound:
    """There is no such grant for this consumer and resource."""
    detail = Text(
        "没有对该使用方和资源的此项授权", "There is no such grant for this consumer and resource"
    )
    return NotFound(detail, type="grant-unknown")


def _fits(grant: Grant, use: Use) -> bool:
    return grant["resource"] == use["resource"] and is_of(use["consumer"], grant["consumer"])


def _ended(grant: Grant, today: date) -> ServiceError | None:
    if grant["state"] == "revoked":
        return Forbidden(Text("该授权已被撤销", "The grant was revoked"), type="grant-revoked")
    if in_force(grant, today):
        return None
    last = grant["until_day"]
    detail = Text(f"该授权已于 {last} 到期", f"The grant ended on {last}")
    return Forbidden(detail, type="grant-expired")


def in_force(grant: Grant, today: date) -> bool:
    """Whether the grant can be used on `today`."""
    return grant["state"] == "active" and still_in_force(
        date.fromisoformat(grant["until_day"]), today
    )


NAMES = {
    "kind": Text("使用方式", "kind of use"),
    "purpose": Text("用途", "purpose"),
    "item": Text("政务服务事项", "service item"),
    "field": Text("数据项", "field"),
}


def _unlisted(given: str | None, granted: Collection[str], what: str) -> ServiceError | None:
    return None if given in granted else _not_granted(what, {f"/{what}": given}, granted)


def _item(given: str | None, granted: Collection[str]) -> ServiceError | None:
    """A grant without items serves none, so its use names none."""
    return None if given is None and not granted else _unlisted(given, granted, "item")


def _fields(use: Use, granted: Collection[str]) -> ServiceError | None:
    beyond = {place: name for place, name in _asked(use) if name not in granted}
    return _not_granted("field", beyond, granted) if beyond else None


def _asked(use: Use) -> Iterable[tuple[str, str]]:
    """Every field that `use` asks for or makes a claim about, and where it stands."""
    yield from ((f"/fields/{n}", name) for n, name in enumerate(use.get("fields") or ()))
    yield from ((f"/claims/{name}", name) for name in use.get("claims") or ())


def _not_granted(
    what: str, given: Mapping[str, str | None], granted: Collection[str]
) -> ServiceError:
    name, listed = NAMES[what], "、".join(granted) or "-"
    detail = Text(
        f"超出授权的{name.zh}；授权：{listed}",
        f"This {name} is not granted; granted: {', '.join(granted) or 'none'}",
    )
    slug = "fields-not-granted" if what == "field" else f"{what}-not-granted"
    errors = [FieldError(pointer, detail, slug) for pointer in given]
    return Forbidden(detail, type=slug, errors=errors)


def issued(request: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """The grant that answers the approved `request`. by, at: of the approval."""
    same = ("consumer", "consumer_member", "provider", "resource")
    return {
        "_id": derived_id("exchange", "grant", request["_id"]),
        "number": f"G-{request['number']}",
        "request": request["_id"],
        **{name: request[name] for name in same},
        "resource_version": request["asked"]["resource_version"],
        **request["terms"],
        "from_day": local_day(at).isoformat(),
        "ends": request["terms"]["until_day"],
        "state": "active",
        "revoked": None,
        "history": [{"at": at, "action": "issued", "by": by}],
    }


def revoked(grant: Grant, by: str, reason: str, now: datetime) -> dict[str, Any]:
    """The grant after its revocation, from this moment on; `Conflict` where it is over."""
    if grant["state"] == "revoked":
        raise Conflict(Text("该授权已被撤销", "The grant is revoked already"), type="grant-revoked")
    if grant["state"] == "expired":
        raise Conflict(Text("该授权已到期", "The grant has expired"), type="grant-expired")
    entry = {"at": now, "action": "revoked", "by": by, "reason": reason}
    return {**_over(grant, "revoked", entry), "revoked": {"at": now, "by": by, "reason": reason}}


def expired(grant: Grant, now: datetime) -> dict[str, Any] | None:
    """The grant after its last day; None where that is yet to come, or the grant is over."""
    if grant["state"] != "active" or in_force(grant, local_day(now)):
        return None
    return _over(grant, "expired", {"at": now, "action": "expired", "by": "exchange"})


def _over(grant: Grant, state: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in grant.items() if name != "ends"}
    return {**kept, "state": state, "history": [*grant["history"], entry]}
