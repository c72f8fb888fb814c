"""Electronic business licences: issued, ruled on, verified.

Guarantees: a licence's document never changes but for its status and the rulings on it; issuing it
again for the same cause gives the same licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.enterprise import events
from services.enterprise.domain import jws, licence, places
from services.enterprise.domain.kinds import KINDS
from services.enterprise.domain.money import in_words
from services.enterprise.tools import Tools
from shared.access import Caller
from shared.clock import local_day
from shared.department.usecases import actor
from shared.division import covers
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Conflict, NotFound, Stale
from shared.text import Text

Company = Mapping[str, Any]

RULINGS: Mapping[str, tuple[frozenset[str], str]] = {
    "revocation": (frozenset({"valid", "suspended"}), "revoked"),
    "suspension": (frozenset({"valid"}), "suspended"),
    "reinstatement": (frozenset({"suspended"}), "valid"),
}
"""Ruling: the statuses it applies to, and the one it gives."""


def issue(store: Any, tools: Tools, company: Company, version: int, now: datetime) -> Document:
    """The licence of `company`, the how-manieth it is; the same one if it was issued before."""
    division = company["division"]
    issuer = places.authority(division)
    issued = licence.issue(
        code=company["_id"],
        version=version,
        holder=company["name"],
        issuer={"division": division, **issuer.both()},
        issued_on=local_day(now).isoformat(),
        valid_until=company["term_until"],
        fields=fields_of(company),
        key=tools.key,
    )
    document = {"_id": issued["number"], "rulings": [], "code": company["_id"], **issued}
    told = events.licence_event(events.ISSUED, document, now)
    return Document(store["licences"].ensure(document, [told]))


def fields_of(company: Company) -> dict[str, Any]:
    """What the licence shows, in words (市场主体登记管理条例实施细则 Art. 23)."""
    kind, capital = KINDS[company["kind"]], company["registered_capital"]
    year, month, day = company["established_on"].split("-")
    until = company["term_until"]
    return {
        "name": company["name"],
        "kind": f"{kind.name.zh} {kind.name}",
        "representative": company["representative"]["name"],
        "representative_title": kind.head.zh,
        "registered_capital": f"{in_words(capital)} CNY {capital:,}" if capital else None,
        "established_on": f"{year}年{int(month)}月{int(day)}日",
        "term": f"{company['established_on']} 至 {until}" if until else "长期 No fixed term",
        "address": company["address"]["text"],
        "business_scope": "；".join(company["business_scope"]),
    }


def end(store: Any, number: str, reason: str, now: datetime) -> None:
    """The licence is replaced or its holder deregistered; again: no change."""
    before = store["licences"].require(number)
    if before["status"] != "revoked":
        _ruled(store, before, "revocation", {"reasons": [reason], "by": {"kind": "system"}}, now)


def rule(store: Any, call: Call, number: str, ruling: str) -> Document:
    """An official's ruling on a licence of an authority in their division."""
    before = seen_by_official(store, call.signed_in, number)
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    sources, _ = RULINGS[ruling]
    if before["status"] not in sources:
        raise Conflict(
            Text(f"执照当前状态为{before['status']}", f"The licence is {before['status']}"),
            type="licence-status",
        )
    told = {"reasons": call.body["reasons"], "by": actor(call.signed_in)}
    return _ruled(store, before, ruling, told, call.now)


def _ruled(
    store: Any, before: Document, ruling: str, told: Mapping[str, Any], now: datetime
) -> Document:
    entry = {"ruling": ruling, "at": now, **told}
    after = {
        **before,
        "status": RULINGS[ruling][1],
        "reason": told["reasons"][0],
        "rulings": [*before["rulings"], entry],
    }
    event = events.licence_event(events.RULED, after, now)
    return Document(store["licences"].save(before, after, [event]))


def seen_by_official(store: Any, caller: Caller, number: str) -> Document:
    """A licence that the official `caller` supervises, or `NotFound`."""
    found = read(store, number)
    if not supervises(caller, found["issuer"]["division"]):
        raise NotFound(Text("没有这个执照", "There is no such licence"))
    return found


def supervises(caller: Caller | None, division: str) -> bool:
    """Whether `caller` is an official of market regulation whose division covers `division`."""
    return (
        caller is not None
        and caller.kind == "official"
        and caller.department == "market-regulation"
        and covers(caller.division or "", division)
    )


def read(store: Any, number: str) -> Document:
    """The licence of this number, or `NotFound`."""
    found = store["licences"].get(number)
    if found is None:
        raise NotFound(Text("没有这个执照", "There is no such licence"))
    return Document(found)


def held_by(store: Any, caller: Caller, number: str) -> Document:
    """The licence, for its holder, who applied for it, and officials; `NotFound` for others."""
    found = read(store, number)
    company = store["companies"].require(found["code"])
    own = caller.acts_for(found["code"], "view") or caller.subject == company["founder"]
    if not own and not supervises(caller, found["issuer"]["division"]):
        raise NotFound(Text("没有这个执照", "There is no such licence"))
    return found


def verify(store: Any, tools: Tools, token: str, now: datetime) -> tuple[str, Document | None]:
    """The verdict on a token, and the licence it is about (none where it is forged)."""
    claims = licence.claims_of(token, tools.keys)
    number = claims.get("jti") if claims else None
    found = store["licences"].get(number) if isinstance(number, str) else None
    verdict = licence.verdict(claims, found, local_day(now).isoformat())
    return verdict, None if verdict == "forged" or found is None else Document(found)


def jwks(tools: Tools) -> dict[str, Any]:
    """The public keys that licences are verified with (RFC 7517)."""
    return {"keys": [jws.jwk(key) for key in tools.keys.values()]}
