"""The public record of a draw: everything it takes to recompute it, and its result (pure).

Shape: {format, round (terms), terms_digest, seed_hash, seed, schools [{code, name, capacity}],
applications [{id, choices [[school, rank]], coordinate}], places {id: school},
waiting {school: [id]}}.

Guarantees: ids are pseudonyms; no name, number or address is in it. The same round gives the same
bytes. `faults` names everything that does not follow from the rest.
Does not: prove that the list of applications is whole; every parent finds the own id in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.education.domain.allocation import (
    Allocation,
    Application,
    Choice,
    allocate,
    commitment,
)

FORMAT = "education.enrolment-round.v1"
TERMS = (
    "id", "division", "year", "stage", "title", "opens_on", "closes_on", "ends_on", "answer_days",
    "most_choices", "classes", "rehearsal",
)  # fmt: skip
"""What a round publishes of itself before its window opens."""
SCHOOL = ("code", "name", "capacity", "catchment")


def canonical(value: Any) -> bytes:
    """`value` as JSON that is the same wherever it is made (RFC 8785 for what stands in it)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def terms(round_: Mapping[str, Any], schools: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The published terms of a round, schools with capacity and catchment among them."""
    listed = [{name: school[name] for name in SCHOOL} for school in schools]
    own = {name: round_["_id" if name == "id" else name] for name in TERMS}
    return {**own, "schools": sorted(listed, key=lambda school: str(school["code"]))}


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def entered(
    published: Mapping[str, Any], seed_hash: str, applications: Iterable[Application]
) -> dict[str, Any]:
    """The record before the draw: terms, commitment and applications, in the order of their ids."""
    rows = [
        {"id": a.id, "choices": [list(choice) for choice in a.choices], "coordinate": a.coordinate}
        for a in sorted(applications)
    ]
    return {
        "format": FORMAT,
        "round": published,
        "terms_digest": digest(published),
        "seed_hash": seed_hash,
        "applications": rows,
    }


def drawn(record: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """`record` with the seed and what follows from it."""
    result = recompute(record, seed)
    return {**record, "seed": seed, "places": result.places, "waiting": result.waiting}


def recompute(record: Mapping[str, Any], seed: str) -> Allocation:
    """The allocation that follows from the applications in `record` and `seed`."""
    return allocate(applications(record["applications"]), capacities(record), seed)


def applications(rows: Iterable[Mapping[str, Any]]) -> list[Application]:
    return [
        Application(row["id"], [Choice(*choice) for choice in row["choices"]], row["coordinate"])
        for row in rows
    ]


def capacities(record: Mapping[str, Any]) -> dict[str, int]:
    return {school["code"]: school["capacity"] for school in record["round"]["schools"]}


def faults(record: Mapping[str, Any]) -> Sequence[str]:
    """What in a published record does not follow from the rest of it; nothing: it is proven."""
    result = recompute(record, record["seed"])
    found = {
        "the seed is not the one whose hash was published": commitment(record["seed"])
        != record["seed_hash"],
        "the terms are not those that were published": digest(record["round"])
        != record["terms_digest"],
        "an application is in the list twice": len({a["id"] for a in record["applications"]})
        != len(record["applications"]),
        "the places are not those that follow": result.places != dict(record["places"]),
        "the waiting lists are not those that follow": result.waiting != dict(record["waiting"]),
    }
    return [fault for fault, is_so in found.items() if is_so]
