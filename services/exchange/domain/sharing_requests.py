"""Requests for resources, each a case of the item `data-sharing-request` (pure).

    request  {_id, case members as `shared.case` has them, consumer, consumer_member, provider,
              resource, asked, terms, desk}
    asked: {resource_version, fields, kinds, purposes, items, volume {amount, period}, until_day,
            explanation, legal_basis}
    terms: what is granted of it {fields, kinds, purposes, items, quota, until_day}, once approved.
    desk: the provider's node while its officials have something to do.

Guarantees: the provider says within two working days whether the request is complete, and decides
within five from then on; the life is that of every case, so its clocks, lamps and figures are
supervision's. An unconditional resource is granted at once, one that is not shared refused at once
with the legal reason. Nobody is granted more than was asked for.
Source: the limits are the province's; sharing, answers in time and reasons: Regulation on the
Sharing of Government Data (State Council Decree 809, 2025).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.exchange.domain.authority import OFFICES
from services.exchange.domain.members import member_division
from shared.case import ON_THE_DESK, SYSTEM, moved, opened
from shared.errors import FieldError
from shared.text import Text

Request = Mapping[str, Any]
Asked = Mapping[str, Any]

ITEM = "data-sharing-request"
LIMITS = {"acceptance": 2, "statutory": 5, "promised": 5}
"""Working days: whether it is complete; the decision."""
BASIS = Text(
    "《政务数据共享条例》（国务院令第809号）；本省共享申请两个工作日核对、五个工作日答复",
    "Regulation on the Sharing of Government Data (State Council Decree 809); in the province: "
    "checked within two, answered within five working days",
)
LONGEST_DAYS = 3 * 366
"""How long a grant may be asked for."""
NARROWED = ("fields", "kinds", "purposes", "items")
ACTIONS = (
    "submit", "accept", "return", "resubmit", "decline", "start", "approve", "refuse", "deliver",
    "withdraw",
)  # fmt: skip
"""The moves of the table that requests make."""


def made(
    *,
    id_: str,
    applicant: Mapping[str, str],
    consumer: str,
    resource: Mapping[str, Any],
    asked: Asked,
    now: datetime,
) -> dict[str, Any]:
    """A request that has not made a move yet. applicant: {account, name} of the official."""
    class_, _, code = resource["provider"].partition("/")
    case = opened(
        id_=id_,
        item=ITEM,
        item_version=1,
        department=code if class_ == "GOV" else OFFICES[0],
        division=member_division(resource["provider"]),
        applicant=applicant,
        limits=LIMITS,
        now=now,
        internal=True,
    )
    parties = {"consumer": consumer, "consumer_member": consumer.rpartition("/")[0]}
    return {
        **case,
        **parties,
        "provider": resource["provider"],
        "resource": resource["_id"],
        "asked": dict(asked),
    }


def faults(asked: Asked, version: Mapping[str, Any] | None, today: date) -> Iterator[FieldError]:
    """What is wrong with what is asked of the resource's `version` (None: it is not provided)."""
    if version is None:
        detail = Text("没有在用的此版本", "No such version is provided")
        yield FieldError("/resource_version", detail, "version")
        return
    names = [field["name"] for field in version["fields"]]
    yield from beyond("fields", asked["fields"], names)
    until, last = date.fromisoformat(asked["until_day"]), today + timedelta(days=LONGEST_DAYS)
    if not today <= until <= last:
        detail = Text(f"应在 {today} 与 {last} 之间", f"Must lie between {today} and {last}")
        yield FieldError("/until_day", detail, "range")


def beyond(name: str, given: Collection[str], allowed: Collection[str]) -> Iterator[FieldError]:
    """Each of `given` that is not among `allowed`, where it stands."""
    for place, one in enumerate(given):
        if one not in allowed:
            detail = Text(f"不在可选范围：{one}", f"Not among those there are: {one}")
            yield FieldError(f"/{name}/{place}", detail, "choice")


def unlisted(items: Collection[str], unknown: Collection[str]) -> Iterator[FieldError]:
    """Each of the service items that the catalogue does not know, where it stands."""
    for place, code in enumerate(items):
        if code in unknown:
            detail = Text(
                f"事项目录中没有编码为 {code} 的事项", f"The catalogue has no service item {code}"
            )
            yield FieldError(f"/items/{place}", detail, "item-unknown")


def terms(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is granted of what was `asked`, where the provider has `given` less."""
    return {
        **{name: list(given.get(name) or asked[name]) for name in NARROWED},
        "quota": dict(given.get("quota") or asked["volume"]),
        "until_day": given.get("until_day") or asked["until_day"],
    }


def widened(asked: Asked, given: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """Where the provider gives more than was asked, or for no day at all."""
    for name in NARROWED:
        yield from beyond(name, given.get(name) or (), asked[name])
    until = given.get("until_day") or asked["until_day"]
    if not today.isoformat() <= until <= asked["until_day"]:
        detail = Text(
            f"应在今日与申请的 {asked['until_day']} 之间",
            f"Must lie between today and the day asked for, {asked['until_day']}",
        )
        yield FieldError("/until_day", detail, "range")


def submitted(
    request: Request, resource: Mapping[str, Any], actor: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The request as it comes in; decided at once where rules decide it."""
    action = "resubmit" if request["state"] == "returned" else "submit"
    return _ruled(moved(request, action, actor, now), resource, now)


def _ruled(request: dict[str, Any], resource: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if resource["sharing"] == "conditional":
        return listed(request)
    started = accepted(request, SYSTEM, now)
    if resource["sharing"] == "unconditional":
        return approved(started, {}, SYSTEM, now)
    return refused(started, [resource["sharing_basis"]], SYSTEM, now)


def accepted(
    request: Request, actor: Mapping[str, Any], now: datetime, opinion: str | None = None
) -> dict[str, Any]:
    """The request is complete; its decision begins with the same word."""
    complete = moved(request, "accept", actor, now, opinion=opinion)
    return listed(moved(complete, "start", actor, now))


def approved(
    request: Request,
    given: Mapping[str, Any],
    actor: Mapping[str, Any],
    now: datetime,
    opinion: str | None = None,
) -> dict[str, Any]:
    """The request is granted, as asked or less."""
    after = moved(request, "approve", actor, now, opinion=opinion)
    return listed({**after, "terms": terms(request["asked"], given)})


def refused(
    request: Request, reasons: list[Any], actor: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The request is refused, with reasons."""
    return listed(moved(request, "refuse", actor, now, reasons=reasons))


def listed(request: dict[str, Any]) -> dict[str, Any]:
    """The request with the desk that it lies on."""
    request.pop("worklist", None)
    if request["state"] in ON_THE_DESK:
        return {**request, "desk": request["provider"]}
    return {name: value for name, value in request.items() if name != "desk"}
