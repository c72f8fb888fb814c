"""Sharing requests: made by officials of the consumer, answered by those of the provider.

Guarantees: an approval issues exactly one grant, whatever is killed; who has no part in a request
does not learn that there is one; what is asked for and what is approved names items of the
catalogue. Where the catalogue is away (`unknown` knows of none), a request is taken all the same,
and its items are looked up again when it is approved. Does not: let a grant be used
(`usecases.using`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from services.exchange import events
from services.exchange.domain import grants
from services.exchange.domain import sharing_requests as rules
from services.exchange.domain.authority import acts_for, members_of, runs_exchange
from services.exchange.domain.members import consumer
from services.exchange.domain.resources import version_of
from services.exchange.usecases import reading, withholding
from shared.access import Caller
from shared.case import SYSTEM, events_of, legal_move, moved
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError, Forbidden, Invalid, NotFound, Stale
from shared.store import once
from shared.text import Text

SERVICE = "exchange"
ASKED = (
    "resource_version", "fields", "kinds", "purposes", "items", "volume", "until_day",
    "explanation", "legal_basis",
)  # fmt: skip


Unknown = Callable[[Collection[str]], Collection[str]]
"""Those of the codes that are no service items, as far as anybody can say now."""


def none_unknown(codes: Collection[str]) -> Collection[str]:
    """Nobody can say."""
    return ()


def actor(caller: Caller) -> dict[str, str]:
    """The caller as the history keeps it."""
    return {"kind": caller.kind, "account": caller.subject, "name": caller.name}


def submit(store: Storage, call: Call, unknown: Unknown = none_unknown) -> Document:
    """Ask for a resource; the same request again gives what it has made."""
    kept = store["cases"].get(call.id)
    if kept is not None and kept["digest"] == call.digest:
        return kept
    caller, body = call.signed_in, call.body
    resource = reading.resource(store, body["resource"])
    _check_consumer(store, caller, body["consumer"])
    asked = _asked(resource, body, call.now, unknown)
    request = rules.made(
        id_=call.id,
        applicant={"account": caller.subject, "name": caller.name},
        consumer=body["consumer"],
        resource=resource,
        asked=asked,
        now=call.now,
    )
    after = rules.submitted(request, resource, actor(caller), call.now)
    return once(store["cases"], after, call.digest, events_of(after, SERVICE))


def _check_consumer(store: Storage, caller: Caller, name: str) -> None:
    named = consumer(name)
    if named is None or store["nodes"].get(named.member) is None:
        detail = Text("没有这个使用方", "There is no such consumer")
        raise Invalid(errors=[FieldError("/consumer", detail, "consumer")])
    if not acts_for(caller, named.member):
        detail = Text("您不能代表该使用方申请", "You may not ask for this consumer")
        raise Invalid(errors=[FieldError("/consumer", detail, "representation")])


def _asked(
    resource: Mapping[str, Any], body: Mapping[str, Any], now: datetime, unknown: Unknown
) -> dict[str, Any]:
    asked = {**body, "resource_version": body.get("resource_version") or resource["newest"]}
    version = version_of(resource, asked["resource_version"])
    faults = list(rules.faults(asked, version, local_day(now)))
    if faults := [*faults, *_unlisted(asked["items"], unknown)]:
        raise Invalid(errors=faults)
    return {name: asked[name] for name in ASKED}


def _unlisted(items: Collection[str], unknown: Unknown) -> list[FieldError]:
    return list(rules.unlisted(items, unknown(items))) if items else []


def resubmit(store: Storage, call: Call, id_: str, unknown: Unknown = none_unknown) -> Document:
    """What was returned comes in again, corrected; consumer and resource stay."""
    before = _consumers(store, call, id_)
    legal_move(before["state"], "resubmit")
    resource = reading.resource(store, before["resource"])
    corrected = {**before, "asked": _asked(resource, call.body, call.now, unknown)}
    after = rules.submitted(corrected, resource, actor(call.signed_in), call.now)
    return _saved(store, before, after)


def withdraw(store: Storage, call: Call, id_: str) -> Document:
    """The consumer asks no more."""
    before = _consumers(store, call, id_)
    reason = call.body.get("reason")
    after = moved(before, "withdraw", actor(call.signed_in), call.now, reason=reason)
    return _saved(store, before, rules.listed(after))


def accept(store: Storage, call: Call, id_: str) -> Document:
    """The request is complete; five working days begin."""
    before = _providers(store, call, id_)
    opinion = call.body.get("opinion")
    return _saved(store, before, rules.accepted(before, actor(call.signed_in), call.now, opinion))


def answer(store: Storage, call: Call, id_: str, action: str) -> Document:
    """The provider returns, declines or refuses; the body says what is missing, or why not."""
    before = _providers(store, call, id_)
    after = moved(before, action, actor(call.signed_in), call.now, **call.body)
    return _saved(store, before, rules.listed(after))


def approve(store: Storage, call: Call, id_: str, unknown: Unknown = none_unknown) -> Document:
    """The provider grants what was asked, or less of it."""
    before = _providers(store, call, id_)
    legal_move(before["state"], "approve")
    withholding.check_shared(store, before["resource"])
    given = call.body
    faults = list(rules.widened(before["asked"], given, local_day(call.now)))
    items = given.get("items") or before["asked"]["items"]
    if faults := faults or _unlisted(items, unknown):
        raise Invalid(errors=faults)
    by, opinion = actor(call.signed_in), given.get("opinion")
    return _saved(store, before, rules.approved(before, given, by, call.now, opinion))


def settle(store: Storage, id_: str, now: datetime) -> None:
    """What a decision brings: the grant, if it is one; then the request is closed. Repeatable."""
    before = store["cases"].require(id_)
    if before["state"] not in ("approved", "refused"):
        return
    after = moved(before, "deliver", SYSTEM, now)
    if before["state"] == "approved":
        decision = before["history"][-1]
        grant = grants.issued(before, decision["by"]["account"], decision["at"])
        store["grants"].ensure(grant, [events.grant_changed(grant)])
        withholding.withhold(store, before["resource"], now)
        after["grant"] = grant["_id"]
    _saved(store, before, rules.listed(after))


def seen(store: Storage, call: Call, id_: str) -> Document:
    """A request that the caller has a part in, else `NotFound`."""
    found = store["cases"].get(id_)
    sees = found is not None and (
        acts_for(call.signed_in, found["consumer_member"])
        or acts_for(call.signed_in, found["provider"])
        or runs_exchange(call.caller)
    )
    if found is None or not sees:
        raise NotFound(Text("没有这个共享申请", "There is no such sharing request"))
    return found


def _consumers(store: Storage, call: Call, id_: str) -> Document:
    return _part(store, call, id_, "consumer_member", Text("应由申请方办理", "The consumer must"))


def _providers(store: Storage, call: Call, id_: str) -> Document:
    return _part(store, call, id_, "provider", Text("应由提供方办理", "The provider must"))


def _part(store: Storage, call: Call, id_: str, side: str, detail: Text) -> Document:
    """The request in the version that If-Match names, for officials of that side."""
    found = seen(store, call, id_)
    if not acts_for(call.signed_in, found[side]):
        raise Forbidden(detail)
    if found["version"] != call.if_match:
        raise Stale(version=found["version"])
    return found


def _saved(store: Storage, before: Document, after: Mapping[str, Any]) -> Document:
    told = events_of(after, SERVICE, len(before["history"]))
    return store["cases"].save(before, after, told)


SIDES = {"consumer": "consumer_member", "provider": "provider", "desk": "desk"}


def listed(store: Storage, call: Call) -> Page:
    """A page of the requests of one's member, on one side; those on the desk the oldest first."""
    side = call.query["side"]
    member = own_member(call)
    return store["cases"].page(
        {SIDES[side]: member},
        order=("opened_at", 1 if side == "desk" else -1),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
    )


def own_member(call: Call) -> str:
    """The member that is asked about: one's own, or any for those who run the exchange."""
    own = members_of(call.signed_in)
    wanted: str | None = call.query.get("member") or next(iter(own), None)
    if wanted is None or not (wanted in own or runs_exchange(call.caller)):
        raise NotFound(Text("没有这个清单", "There is no such list"))
    return wanted
