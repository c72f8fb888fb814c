"""What callers see of names, materials, the register and licences (pure).

Guarantees: no personal number and no phone leaves the register through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.enterprise.domain import places
from services.enterprise.domain.kinds import KINDS
from services.enterprise.domain.licence import VERDICTS, number, status_on
from shared.clock import CHINA, local_day
from shared.errors import FieldError
from shared.text import say

Document = Mapping[str, Any]

LICENCE = ("type", "number", "holder", "issuer", "issued_on", "valid_until", "fields", "reason")
OWNER = ("name", "kind", "role", "amount", "share", "due")
COMPANY = ("name", "kind", "division", "status", "established_on")


def fault(error: FieldError, language: str) -> dict[str, str]:
    """A refusal in the caller's language."""
    return {
        "pointer": error.pointer,
        "rule": error.rule,
        "detail": say(error.detail, language),
    }


def name_check(found: Document, language: str) -> dict[str, Any]:
    """The outcome of a name check."""
    return {**found, "faults": [fault(error, language) for error in found["faults"]]}


def reserved_name(name: Document) -> dict[str, Any]:
    """A name of the caller's own."""
    return {
        "reservation": name["case"],
        **{field: name[field] for field in ("name", "kind", "state")},
        "until": name["until"].isoformat(),
    }


def material(kept: Document) -> dict[str, Any]:
    """An uploaded material."""
    return {
        "file": kept["_id"],
        **{field: kept[field] for field in ("digest", "media_type", "size")},
        "uploaded_at": kept["uploaded_at"].isoformat(),
    }


def company_summary(company: Document) -> dict[str, Any]:
    """An enterprise in a list."""
    return {"code": company["_id"], **{field: company[field] for field in COMPANY}}


def company(entry: Document) -> dict[str, Any]:
    """An entry of the public register."""
    return {
        **company_summary(entry),
        "kind_name": KINDS[entry["kind"]].name.both(),
        "authority": places.authority(entry["division"]).both(),
        "representative": entry["representative"]["name"],
        "registered_capital": entry["registered_capital"],
        "owners": [{field: owner[field] for field in OWNER} for owner in entry["owners"]],
        "address": entry["address"]["text"],
        "business_scope": entry["business_scope"],
        "term_until": entry["term_until"],
        "licence": number(entry["_id"], entry["licence_version"]),
        "history": [_noted(note) for note in reversed(entry["history"])],
        "reports": entry["reports"],
    }


def _noted(note: Document) -> dict[str, Any]:
    return {
        "action": note["action"],
        "at": note["at"].isoformat(),
        "fields_changed": sorted(note["before"]) if note["action"] == "changed" else [],
    }


def licence(found: Document, now: datetime) -> dict[str, Any]:
    """A licence as the public sees it, with its status today."""
    status = status_on(found, local_day(now).isoformat())
    return {**{field: found[field] for field in LICENCE}, "status": status}


def signed_licence(found: Document, now: datetime) -> dict[str, Any]:
    """A licence as its holder gets it."""
    return {**licence(found, now), "token": found["token"]}


def verification(verdict: str, found: Document | None, now: datetime) -> dict[str, Any]:
    """The outcome of a verification."""
    return {
        "verdict": verdict,
        "meaning": VERDICTS[verdict].both(),
        "checked_at": now.astimezone(CHINA).isoformat(timespec="seconds"),
        "licence": licence(found, now) if found else None,
    }


def bar(record: Document) -> dict[str, Any]:
    """A recorded bar, the number masked."""
    shown = {field: record[field] for field in ("name", "ground", "since", "until", "source")}
    return {"id": record["_id"], "identity": record["masked"], **shown}
