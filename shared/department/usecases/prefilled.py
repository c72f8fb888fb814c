"""What prefill has read for a case, as the case keeps it: sealed, beside the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.department.facts import Fact, fact_of, marks, standing
from shared.department.usecases.desk import Desk, opened_form, sealed
from shared.documents import Document


@dataclass(slots=True)
class Filled:
    """A form, and how it was filled.

    choices: [{fields, rows: [{pointer: value}]}], where several rows fit. missing: [{field,
    resource, reason, refused}]; reason: of `shared.department.facts.REASONS`; refused: the type of
    a refusal, or None.
    """

    form: dict[str, Any]
    facts: list[Fact] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)


def kept(desk: Desk, case: Mapping[str, Any], filled: Filled) -> dict[str, Any]:
    """`case` with the filled form and what was read for it."""
    told = {
        "facts": [fact.told() for fact in filled.facts],
        "choices": filled.choices,
        "missing": filled.missing,
    }
    return {
        **sealed(desk, case, filled.form),
        "prefill": desk.vault.seal_json(told, prefill_context(case)),
    }


def opened(desk: Desk, case: Document) -> Filled:
    """What was read for the case, with its form as it is now."""
    return Filled(opened_form(desk, case), *_read(desk, case))


def sources(desk: Desk, case: Document) -> tuple[Filled, list[dict[str, Any]]]:
    """What was read for the case, and the marks of its fields."""
    filled = opened(desk, case)
    declared = [p for source in desk.practices[case["item"]].sources for p in source.fields]
    return filled, list(marks(declared, filled.facts, filled.form))


def held(
    desk: Desk, case: Mapping[str, Any], form: Mapping[str, Any], account: str, now: datetime
) -> dict[str, Fact]:
    """By pointer, what the government holds of `form` as `account` submits it."""
    facts, _, _ = _read(desk, case)
    return standing(facts, form, account, now)


def _read(desk: Desk, case: Mapping[str, Any]) -> tuple[list[Fact], list[Any], list[Any]]:
    if "prefill" not in case:
        return [], [], []
    told = desk.vault.open_json(bytes(case["prefill"]), prefill_context(case))
    return [fact_of(one) for one in told["facts"]], told["choices"], told["missing"]


def prefill_context(case: Mapping[str, Any]) -> bytes:
    """What a case's `prefill` is sealed for."""
    return f"prefill/{case['_id']}".encode()
