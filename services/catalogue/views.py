"""How the catalogue's records look to callers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.catalogue.domain.delegation import is_in_force, last_day
from services.catalogue.domain.depth import depth, is_fully_online
from services.catalogue.domain.directory import Found
from services.catalogue.domain.places import EVERY, scope_level
from services.catalogue.domain.versions import Version, spans
from services.catalogue.usecases.queries import Affair
from shared.division import Division

GUIDED = (
    "name", "department", "legal_basis", "audience", "conditions", "materials", "fee", "fee_basis",
    "statutory_days", "promised_days", "instant", "visits", "visits_reason", "result",
    "result_name", "result_sample", "consultation_phone", "complaint_phone", "effective_from",
    "effective_until",
)  # fmt: skip


def division(one: Division) -> dict[str, Any]:
    return {**one._asdict(), "name": one.name.both()}


def _place(scope: str) -> dict[str, Any]:
    code = None if scope.startswith(EVERY) else scope
    return {"level": scope_level(scope), "division": code}


def summary(found: Found) -> dict[str, Any]:
    """An item found."""
    return {
        "code": found.item.code,
        "name": {"zh": found.item.zh, "en": found.item.en},
        "departments": list(found.departments),
        "audience": sorted(found.item.audience),
        "divisions": found.counts.live,
        "fully_online_divisions": found.counts.fully_online,
    }


def _exercised(scope: str, version: Version) -> dict[str, Any]:
    content = version["content"]
    return {
        **_place(scope),
        "department": content["department"],
        "promised_days": content["promised_days"],
        "fully_online": is_fully_online(content),
    }


def guide(affair: Affair, day: str) -> dict[str, Any]:
    """All a person needs to know about an item."""
    content = affair.version["content"]
    power = affair.power or {"delegations": ()}
    return {
        "code": affair.item["_id"],
        "on": day,
        "served_by": _exercised(affair.scope, affair.version),
        "version": affair.version["number"],
        **{name: content[name] for name in GUIDED},
        "depth": depth(content["online"]),
        "fully_online": is_fully_online(content),
        "has_form": "form" in content,
        "exercised_by": [_exercised(*one) for one in affair.implementations],
        "delegations": [
            delegation(affair.item["_id"], d) for d in power["delegations"] if is_in_force(d, day)
        ],
    }


def versions(item: Mapping[str, Any], code: str | None) -> Iterator[dict[str, Any]]:
    """Every version of an item, in one division or in all."""
    for scope, of_scope in sorted(item["implementations"].items()):
        if code is None or scope == code or scope == EVERY + scope_level(code):
            in_force = {span.version["number"]: span for span in spans(of_scope)}
            for version in of_scope:
                yield _version(scope, version, in_force)


def _version(scope: str, version: Version, in_force: Mapping[int, Any]) -> dict[str, Any]:
    span = in_force.get(version["number"])
    content = version["content"]
    told = (
        "number", "effective_from", "effective_until", "recorded_at", "source", "digest",
    )  # fmt: skip
    return {
        **_place(scope),
        **{name: version[name] for name in told},
        "in_force": {"first": span.first, "last": span.last} if span else None,
        "closes": content is None,
        "fully_online": content is not None and is_fully_online(content),
    }


def findings(item: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with the last announcement, if anything."""
    rejected = item.get("rejected")
    return {
        "code": item["_id"],
        "state": "rejected" if rejected else "published",
        "at": rejected["at"] if rejected else None,
        "findings": rejected["findings"] if rejected else [],
    }


def delegation(item: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """A delegation of the item's power."""
    same = ("id", "from_division", "delegates", "from_day", "legal_basis", "revoked")
    return {"item": item, **{name: one[name] for name in same}, "until_day": last_day(one)}


def power(found: Found, kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """A power in the public list: who exercises it, and what was delegated."""
    scopes = sorted(found.item.implementations)
    return {
        "item": found.item.code,
        "name": {"zh": found.item.zh, "en": found.item.en},
        "departments": list(found.departments),
        "exercised_by": [s.removeprefix(EVERY) for s in scopes],
        "delegations": [
            delegation(found.item.code, d) for d in (kept or {}).get("delegations", ())
        ],
    }


def an_import(record: Mapping[str, Any]) -> dict[str, Any]:
    """An import and what became of it."""
    same = ("state", "bytes", "submitted_at", "finished_at", "counts", "reason")
    return {"id": record["_id"], **{name: record[name] for name in same}}
