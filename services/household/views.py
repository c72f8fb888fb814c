"""A household as officials see it: numbers masked (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.household.domain.households import Household, Member
from services.household.domain.relations import RELATIONS


def household(found: Household) -> dict[str, Any]:
    """All entries of a household."""
    plain = ("division", "number", "kind", "address", "version")
    return {
        "id": found["_id"],
        **{name: found[name] for name in plain},
        "members": [_member(member) for member in found["members"]],
        "history": [_line(line) for line in found["history"]],
    }


def _member(member: Member) -> dict[str, Any]:
    plain = ("id", "name", "born", "relation", "from_day", "until_day", "left")
    code, words = RELATIONS[member["relation"]]
    return {
        **{name: member[name] for name in plain},
        "identity": member["masked"],
        "relation_code": code,
        "relation_name": words.both(),
        "guardians": [
            {"identity": g["masked"], "name": g["name"], "relation": g["relation"]}
            for g in member["guardians"]
        ],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    told = {k: line[k] for k in ("number", "action", "by", "reason", "member") if k in line}
    return {**told, "at": line["at"].isoformat()}
