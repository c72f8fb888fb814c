"""Prefill: what the government holds is read into the form, so that people are not asked for it.

A prefill opens the application: what it makes is a draft, so every reading names a case that
exists, and what was read stays bound to it, sealed.

Guarantees: the affair goes on whatever is away; the same request again gives the same draft, and
reads nothing. Does not: stand on the path of a submission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.case import legal_move, moved
from shared.department.facts import Fact, standing
from shared.department.pointers import ABSENT, at, without
from shared.department.practice import Practice
from shared.department.usecases import prefilled
from shared.department.usecases.applying import opened_case
from shared.department.usecases.desk import Desk, actor, opened_form, own_case, practice_of
from shared.department.usecases.prefilled import Filled
from shared.department.usecases.readers import Reader
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import IdempotencyMismatch
from shared.personal import unmask_tree
from shared.schema import load
from shared.store import once


def prefill(desk: Desk, call: Call) -> Document:
    """A draft whose form holds what is given, and what could be read."""
    practice = practice_of(desk, call.body["item"])
    kept = desk.store["cases"].get(call.id)
    if kept is not None:
        return _same(kept, call)
    case = moved(opened_case(desk, practice.item, call), "draft", actor(call.signed_in), call.now)
    filled = _filled(desk, practice, case, call.body["form"], call)
    return once(desk.store["cases"], prefilled.kept(desk, case, filled), call.digest)


def prefill_again(desk: Desk, call: Call, case_id: str) -> Document:
    """Replace the form of a draft and fill what it has not; masks keep what they mask."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "submit")
    given = unmask_tree(call.body["form"], opened_form(desk, before))
    practice, read = desk.practices[before["item"]], prefilled.opened(desk, before).facts
    return desk.store["cases"].save(
        before, prefilled.kept(desk, before, _filled(desk, practice, before, given, call, read))
    )


def _same(kept: Document, call: Call) -> Document:
    if kept["digest"] != call.digest:
        raise IdempotencyMismatch()
    return kept


def _filled(
    desk: Desk,
    practice: Practice,
    case: Mapping[str, Any],
    given: Mapping[str, Any],
    call: Call,
    read: Sequence[Fact] = (),
) -> Filled:
    schema, hints = practice.item.form(partial=True), _hints(practice, given)
    form = load(schema, _without_masks(given, hints), "/form")
    kept = list(standing(read, form, call.signed_in.subject, call.now).values())
    reader = Reader(desk, call, case, Filled(form, kept), hints)
    for source in practice.sources:
        reader.read(source)
    reader.drop_unfit(schema)
    return reader.filled


def _hints(practice: Practice, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the person says already of fields that are chosen among rows."""
    pointers = [p for source in practice.sources if source.rows for p in source.fields]
    return {p: value for p in pointers if (value := at(given, p)) is not ABSENT}


def _without_masks(given: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    form = dict(given)
    for pointer, value in hints.items():
        if isinstance(value, str) and "*" in value:
            form = without(form, pointer)
    return form
