"""Rounds, schools, enrolments and certificates as callers see them: JSON, no personal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.education.domain.priority import CLASSES
from services.education.domain.qualification import KINDS
from services.education.domain.rounds import is_open
from shared.clock import local_day
from shared.personal import mask_name

Stored = Mapping[str, Any]

ROUND = (
    "division", "year", "stage", "title", "opens_on", "closes_on", "ends_on", "answer_days",
    "most_choices", "rehearsal", "state", "schools",
)  # fmt: skip


def round_(found: Stored, now: datetime) -> dict[str, Any]:
    """A round, with its public history."""
    return {
        "id": found["_id"],
        **{name: found[name] for name in ROUND},
        "classes": [{"code": c, "name": CLASSES[c][0].both()} for c in found["classes"]],
        "open": is_open(found, local_day(now)),
        "seed_hash": found.get("seed", {}).get("hash"),
        "terms_digest": found.get("terms_digest"),
        "seed": found.get("revealed"),
        "record_digest": found.get("record_digest"),
        "totals": found.get("totals"),
        "history": [_act(entry) for entry in found["history"]],
    }


def _act(entry: Stored) -> dict[str, Any]:
    names = ("action", "by", "reasons")
    kept = {name: entry[name] for name in names if name in entry}
    return {**kept, "at": entry["at"].isoformat()}


def school(found: Stored, classes: Mapping[int, str]) -> dict[str, Any]:
    """A school, with its figures once the round is drawn. classes: class by rank."""
    shown = {name: found[name] for name in ("code", "name", "capacity", "catchment")}
    if not found["drawn"]:
        return shown
    last = found["figures"]["last"]
    return {
        **shown,
        "places": found["taken"],
        "extra_places": len(found["extra"]),
        "waiting": found["queued"],
        "coordinated": found["figures"]["coordinated"],
        "last": {"class": classes[last[0]], "lot": last[1]} if last else None,
    }


def schools(round_: Stored, found: list[Any]) -> list[dict[str, Any]]:
    """All schools of a round."""
    classes = dict(enumerate(round_["classes"]))
    return [school(one, classes) for one in found]


def enrolment(found: Stored, positions: Mapping[str, int] | None = None) -> dict[str, Any]:
    """An enrolment, for its guardian and the officials."""
    offer = found.get("offer")
    shown = {
        "id": found["_id"],
        **{name: found[name] for name in ("round", "case", "state", "choices", "waits_at")},
        "classes": found.get("classes", {}),
        "lot": found.get("lot"),
        "offer": {k: offer[k] for k in ("school", "answer_by")} if offer else None,
        "objection": _objection(found.get("objection")),
        "history": [_move(entry) for entry in found["history"]],
        "version": found["version"],
    }
    return shown if positions is None else {**shown, "positions": dict(positions)}


def _move(entry: Stored) -> dict[str, Any]:
    return {
        "number": entry["number"],
        "action": entry["action"],
        "at": entry["at"].isoformat(),
        "school": entry.get("school") or entry.get("released"),
    }


def _objection(found: Stored | None) -> dict[str, Any] | None:
    if found is None:
        return None
    plain = ("school", "claimed_class", "grounds", "state")
    shown = {**{name: found[name] for name in plain}, "at": found["at"].isoformat()}
    answer = found.get("answer")
    if answer:
        names = ("upheld", "reasons", "class", "remedy")
        shown["answer"] = {name: answer[name] for name in names}
    return shown


def certificate(found: Stored) -> dict[str, Any]:
    """An entry of the register, the holder's name masked."""
    names = ("number", "kind", "subject", "division", "issued_on", "status")
    return {
        **{name: found[name] for name in names},
        "holder": mask_name(found["name"]),
        "kind_name": KINDS[found["kind"]].name.both(),
    }
