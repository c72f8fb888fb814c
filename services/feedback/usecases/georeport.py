"""Open311: services, requests made by the public, and what is public of them.

Guarantees: what a person writes is sealed with the request's id as its context; in public stand
status, service, desk and dates of every request, and text, place and answer only where the person
agreed. A repeated submission (same sender, same form, same day; or same Idempotency-Key) is the
same request. Does not: fetch what a `media_url` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import orjson

from services.feedback import events
from services.feedback.domain import cases, requests
from services.feedback.domain.open311 import queries, reading
from services.feedback.domain.open311.services import CASE, Service
from services.feedback.usecases import attachments, keys
from services.feedback.usecases.evaluations import case_of_number
from shared.clock import CHINA, local_day
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import IdempotencyMismatch, Malformed, NotFound
from shared.events import derived_id
from shared.personal import Vault
from shared.text import Text

PROVINCE = "430000"
FEW, MOST_DAYS = 50, 16
PUBLIC_FIELDS = (
    "status", "status_notes", "service_code", "department", "division", "due", "requested_at",
    "updated_at", "agreed", "shown",
)  # fmt: skip
"""What the public list shows; nothing that is sealed is read for it."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the use cases of Open311 work with. jurisdiction: the only one there is."""

    store: Storage
    vault: Vault
    jurisdiction: str
    per_hour: int


def submit(office: Office, call: Call) -> Document:
    """Keep a new request; whoever sent the same before gets the same."""
    form = {**call.query, **call.body}
    reading.require_jurisdiction(form.get("jurisdiction_id"), office.jurisdiction)
    sender = keys.sender(office.store, call, form.get("api_key"), office.per_hour)
    service = reading.service_of(form.get("service_code"))
    answered = reading.answers(service, form["attributes"])
    place = reading.place(form, answered, PROVINCE)
    case = _case(office.store, call, answered.get(CASE))
    told = {
        "description": form.get("description"),
        "media_url": reading.media_url(form),
        "media": _own_media(office, sender, form.get("media_url")),
    }
    id_ = _id(call, sender, form)
    one = requests.submitted(id_, service, answered, place, told, case, sender, call.now)
    one["digest"] = _digest(form)
    return _kept(office, one, service, _private(form, answered, place), case, call.now)


def _case(store: Storage, call: Call, number: str | None) -> Document | None:
    """The caller's own closed case that the complaint names."""
    if not number:
        return None
    case = case_of_number(store, number.strip()) if call.caller else None
    if case is None or call.caller is None or not cases.is_own(case, call.caller, "view"):
        raise Malformed(
            Text(
                "attribute[CASE]：没有您已办结的这个办件（须登录后提交）",
                "attribute[CASE]: no closed case of yours has this number (sign in to name it)",
            )
        )
    return case


def _id(call: Call, sender: Mapping[str, Any], form: Mapping[str, Any]) -> str:
    """Derived from the sender and the Idempotency-Key; without one, from what is sent today."""
    who = sender.get("account") or f"{sender['client']}/{form.get('device_id') or ''}"
    given = call.headers.get("Idempotency-Key", "")[:255]
    what = given or _digest(form)
    return requests.id_of(derived_id("request", who, what, local_day(call.now)), call.now)


def _digest(form: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(form, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _private(
    form: Mapping[str, Any], answered: Mapping[str, Any], place: reading.Place
) -> dict[str, Any]:
    personal = {name: form[name] for name in requests.PERSONAL if form.get(name)}
    told = {name: form.get(name) for name in ("description", "media_url")}
    where = place._asdict()
    return {"personal": personal, "told": told, "answers": dict(answered), "place": where}


def _kept(
    office: Office,
    one: dict[str, Any],
    service: Service,
    private: Mapping[str, Any],
    case: Document | None,
    now: datetime,
) -> Document:
    one["sealed"] = office.vault.seal_json(private, one["_id"].encode())
    if case is not None:
        one["case_service"] = case["service"]
    if service.token:
        one["token"] = derived_id("token", one["_id"], office.vault.lookup(one["_id"], "token"))
    kept = office.store["requests"].ensure(one, [events.request("submit", one, now)])
    if kept["digest"] != one["digest"]:
        raise IdempotencyMismatch()
    return kept


def _own_media(office: Office, sender: Mapping[str, Any], url: str | None) -> str | None:
    """The sender's own attachment that `media_url` names, so that the desk sees it."""
    id_ = (url or "").rpartition(f"{attachments.PATH}/")[2]
    kept = office.store["attachments"].get(id_) if id_ else None
    return id_ if kept and kept["owner"] == sender["account"] else None


def opened(office: Office, one: Document) -> dict[str, Any]:
    """What was sealed: {personal, told, answers, place}."""
    found: dict[str, Any] = office.vault.open_json(bytes(one["sealed"]), one["_id"].encode())
    return found


def own_words(office: Office, call: Call, one: Document) -> dict[str, Any] | None:
    """What the caller wrote, where the request is the caller's own."""
    if call.caller is None or one["account"] != call.caller.subject:
        return None
    private = opened(office, one)
    place = private["place"]
    where = {name: place[name] for name in ("lat", "long", "address", "address_id")}
    return {**private["told"], **where}


def one_of(office: Office, call: Call, id_: str) -> Document:
    """The request with this id, 404 where there is none."""
    reading.require_jurisdiction(call.query.get("jurisdiction_id"), office.jurisdiction)
    one = office.store["requests"].get(id_)
    if one is None:
        raise NotFound(Text("service_request_id 不存在", "service_request_id was not found"))
    return one


def of_token(office: Office, call: Call, token: str) -> Document:
    """The request that this token stands for."""
    reading.require_jurisdiction(call.query.get("jurisdiction_id"), office.jurisdiction)
    found = office.store["requests"].find({"token": token}, limit=1)
    if not found:
        raise NotFound(Text("token 不存在", "token was not found"))
    return found[0]


def listed(office: Office, call: Call) -> list[Document]:
    """The requests that the query asks for, the newest first."""
    reading.require_jurisdiction(call.query.get("jurisdiction_id"), office.jurisdiction)
    wanted = queries.wanted(call.query, call.now)
    if wanted.ids:
        found = office.store["requests"].get_many(wanted.ids)
        return [found[id_] for id_ in wanted.ids if id_ in found]
    skip = (wanted.page - 1) * wanted.page_size
    return _found(office.store, wanted, skip + wanted.page_size)[skip:]


def _found(store: Storage, wanted: queries.Wanted, most: int) -> list[Document]:
    """At most `most` requests from the end of the span backwards.

    Some days at a time, more of them where there is little: a look costs by what it finds.
    """
    found: list[Document] = []
    last, first, days = local_day(wanted.end), local_day(wanted.start), 1
    while last >= first and len(found) < most:
        some = _of_days(store, wanted, last, days, most - len(found))
        found += some
        last -= timedelta(days=days)
        days = min(2 * days, MOST_DAYS) if len(some) < FEW else 1
    return found


def _of_days(
    store: Storage, wanted: queries.Wanted, last: date, days: int, most: int
) -> list[Document]:
    within = [(last - timedelta(days=n)).isoformat() for n in range(days)]
    filter_: dict[str, Any] = {
        "day": {"$in": within},
        "requested_at": {"$gte": wanted.start, "$lte": wanted.end},
    }
    if wanted.codes:
        filter_["service_code"] = {"$in": list(wanted.codes)}
    if len(set(wanted.statuses)) == 1:
        filter_["status"] = wanted.statuses[0]
    newest = [("requested_at", -1), ("_id", -1)]
    return store["requests"].find(filter_, sort=newest, limit=most, fields=PUBLIC_FIELDS)


def end_of(day: str) -> datetime:
    """The end of a day in China: until then an answer is in time."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), CHINA)
