"""How a form is filled from the registers: source by source, in the order of their declaration.

Guarantees: a register that is away, refuses or knows nothing leaves its fields open, and says why;
while the exchange itself is away it is not asked again; only fields that the form has not are asked
for; what is filled passes the form's own types. Does not: keep anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from shared.department.facts import ACCOUNT, ACCOUNT_ORIGIN, OWN, Fact
from shared.department.pointers import ABSENT, at, put, without
from shared.department.practice import Own, Source
from shared.department.usecases.desk import Desk
from shared.department.usecases.prefilled import Filled
from shared.entrypoints.request import Call
from shared.errors import Invalid, ServiceError, Unavailable
from shared.events import derived_id
from shared.personal import mask_tree
from shared.schema import Schema, load

PROVIDER_AWAY = "provider-unavailable"
"""The type of an `Unavailable` that is the provider's; any other is the exchange's own."""
PATIENCE = 1.0
"""Seconds that identity may take."""


class Reading(NamedTuple):
    """What a register has told. record: the evidence's receipt."""

    data: Mapping[str, Any]
    origin: Mapping[str, Any]
    at: str
    record: Mapping[str, Any] | None


class _Open(Exception):
    """The fields of a source stay open: the reason, and the type of a refusal."""


class Reader:
    """Fills one form.

    hints: by pointer, what the person says already of fields that are chosen among rows; numbers
    may be masked.
    """

    def __init__(
        self, desk: Desk, call: Call, case: Mapping[str, Any], filled: Filled, hints: dict[str, Any]
    ) -> None:
        self._desk, self._call, self._case, self._hints = desk, call, case, hints
        self._away = False
        self.filled = filled

    def read(self, source: Source) -> None:
        """Fill what `source` gives and the form has not; confirm a row that the form names."""
        wanted = {p: name for p, name in source.fields.items() if self._wants(source, p)}
        if not wanted:
            return
        try:
            self._take(source, wanted)
        except _Open as open_:
            self._lack(source.resource, wanted, *open_.args)

    def _wants(self, source: Source, pointer: str) -> bool:
        if source.rows:
            return self._fact(pointer) is None
        return at(self.filled.form, pointer) is ABSENT

    def _fact(self, pointer: str) -> Fact | None:
        return next((f for f in self.filled.facts if f.pointer == pointer), None)

    def drop_unfit(self, schema: Schema) -> None:
        """Give up what was read and is no value of its field."""
        try:
            self.filled.form = load(schema, self.filled.form, "/form")
        except Invalid as refusal:
            faulty = [error.pointer.removeprefix("/form") for error in refusal.errors]
            for fact in [f for f in self.filled.facts if any(_meet(f.pointer, p) for p in faulty)]:
                self.filled.facts.remove(fact)
                self.filled.form = without(self.filled.form, fact.pointer)
                self._lack(fact.origin["resource"], [fact.pointer], "unfit")
            self.filled.form = load(schema, self.filled.form, "/form")

    def _take(self, source: Source, wanted: Mapping[str, str]) -> None:
        key = {where: self._value(where, source) for where in source.key.values()}
        reading = self._reading(source, wanted, key)
        row = self._chosen(source, reading.data) if source.rows else reading.data
        for pointer, name in wanted.items():
            if row.get(name) is None:
                self._lack(source.resource, [pointer], "not-held")
            else:
                self._put(pointer, row[name], reading, key)

    def _put(self, pointer: str, value: Any, reading: Reading, key: Mapping[str, Any]) -> None:
        by = self._call.signed_in.subject
        fact = Fact(pointer, value, reading.origin, reading.at, reading.record, key, by)
        self.filled.facts.append(fact)
        self.filled.form = put(self.filled.form, pointer, value)

    def _value(self, where: str, source: Source) -> Any:
        """What stands at `where`: in the caller's account, or read for the caller before."""
        if not where.startswith(OWN):
            return self._in_form(where, stated=source.own is not None)
        if where == OWN + "legal_person":
            value = self._case["applicant"].get("legal_person")
        else:
            value = self._own.get(where.removeprefix(OWN))
        if value is None:
            raise _Open("key-missing")
        return value

    def _in_form(self, pointer: str, *, stated: bool) -> Any:
        value, fact = at(self.filled.form, pointer), self._fact(pointer)
        if value is ABSENT:
            raise _Open("key-missing")
        if not stated and (fact is None or fact.value != value):
            raise _Open("not-own")
        return value

    @cached_property
    def _own(self) -> Mapping[str, Any]:
        """What identity knows of the caller, who proves to be present by the token."""
        try:
            found: Mapping[str, Any] = self._desk.identity.own_account(
                token=self._call.token, timeout=PATIENCE
            )
        except Unavailable:
            raise _Open("unavailable") from None
        return found

    def _reading(
        self, source: Source, wanted: Mapping[str, str], key: Mapping[str, Any]
    ) -> Reading:
        if source.resource == ACCOUNT:
            return Reading(self._own, ACCOUNT_ORIGIN, self._now(), None)
        if source.own is not None:
            return self._own_records(source, source.own, key)
        if self._away:
            raise _Open("unavailable")
        try:
            return self._asked(source, wanted, key)
        except Unavailable as away:
            self._away = away.type != PROVIDER_AWAY
            raise _Open("unavailable") from away
        except ServiceError as refusal:
            raise _Open("refused", refusal.type) from refusal

    def _own_records(self, source: Source, read: Own, key: Mapping[str, Any]) -> Reading:
        data = read(self._desk.store, self._desk.vault, _key(source, key))
        if data is None:
            raise _Open("not-found")
        origin = {"provider": self._desk.service, "resource": source.resource, "version": 1}
        return Reading(data, origin, self._now(), None)

    def _now(self) -> str:
        return self._call.now.isoformat(timespec="milliseconds")

    def _asked(self, source: Source, wanted: Mapping[str, str], key: Mapping[str, Any]) -> Reading:
        case, asked = self._case["_id"], _key(source, key)
        told = self._desk.vault.lookup(_canonical(asked), "prefill")
        found = self._desk.registers.query(
            source.resource,
            asked,
            fields=[source.rows] if source.rows else sorted(set(wanted.values())),
            purpose=source.purpose,
            case=f"{self._desk.service}/{case}",
            item=self._case["item"],
            id=derived_id("prefill", case, source.resource, told, *sorted(wanted)),
        )
        if found.data is None:
            raise _Open("not-found")
        origin = found.origin.told()
        return Reading(found.data, origin, origin.pop("at"), found.receipt.told())

    def _chosen(self, source: Source, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The one row that agrees with what the person says already."""
        fitting = [row for row in data[source.rows] if self._agrees(source, row)]
        if not fitting:
            raise _Open("not-found")
        if len(fitting) > 1:
            rows = [{p: row.get(name) for p, name in source.fields.items()} for row in fitting]
            self.filled.choices.append({"fields": list(source.fields), "rows": rows})
            raise _Open("choose")
        row: Mapping[str, Any] = fitting[0]
        return row

    def _agrees(self, source: Source, row: Mapping[str, Any]) -> bool:
        hints = ((name, self._hints[p]) for p, name in source.fields.items() if p in self._hints)
        return all(hint in (row.get(name), mask_tree(row.get(name))) for name, hint in hints)

    def _lack(
        self, resource: str, pointers: Iterable[str], reason: str, refused: str | None = None
    ) -> None:
        self.filled.missing += [
            {"field": p, "resource": resource, "reason": reason, "refused": refused}
            for p in pointers
            if at(self.filled.form, p) is ABSENT
        ]


def _key(source: Source, values: Mapping[str, Any]) -> dict[str, Any]:
    """The key that is asked by; `values`: by where they stand."""
    return {**{name: values[where] for name, where in source.key.items()}, **source.fixed}


def _canonical(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _meet(one: str, other: str) -> bool:
    """Whether one pointer is the other, or lies below it."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
