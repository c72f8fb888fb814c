"""Birth certificates and health certificates of food workers: checked, issued, found by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.health import events
from services.health.domain import certificates, numbers
from services.health.domain.refusals import refusal
from services.health.usecases import registering
from services.health.usecases.practitioners import institution_refusals
from shared.clock import local_day
from shared.department import Application, Fulfilment
from shared.documents import Storage
from shared.errors import FieldError
from shared.events import derived_id
from shared.personal import Vault


def check_birth(store: Storage, vault: Vault, asked: Application) -> Sequence[FieldError]:
    """What speaks against a birth certificate."""
    found = [
        *certificates.birth_refusals(asked.form, local_day(asked.now)),
        *institution_refusals(store, asked),
    ]
    parents = [asked.form["mother"], asked.form.get("father") or {}]
    if asked.caller.name not in [parent.get("name") for parent in parents]:
        zh, en = "应由父母一方申请", "One of the parents applies"
        found.append(refusal("/mother/name", "parent", zh, en))
    if store["births"].get(_birth(vault, asked.form)):
        zh, en = "该新生儿的出生医学证明已签发", "A certificate of this birth has been issued"
        found.append(refusal("/child", "issued-already", zh, en))
    return found


def issue_birth(store: Storage, vault: Vault, done: Fulfilment) -> Mapping[str, Any]:
    """Issue the certificate of a birth: one birth, one certificate, whoever applies."""
    claim = {"_id": _birth(vault, done.form), "case": done.id}
    cause = store["births"].ensure(claim)["case"]
    tries = numbers.birth_numbers(cause, done.division)
    return _issued(store, "birth", tries, {**_certificate(done), "case": cause}, done)


def _birth(vault: Vault, form: Mapping[str, Any]) -> str:
    mother = vault.lookup(form["mother"]["identity"])
    return derived_id("birth", *certificates.birth_key(mother, form))


def check_food_worker(store: Storage, asked: Application) -> Sequence[FieldError]:
    """What speaks against a food worker's health certificate."""
    return [
        *certificates.exam_refusals(asked.form, local_day(asked.now)),
        *institution_refusals(store, asked),
    ]


def issue_food_worker(store: Storage, done: Fulfilment) -> Mapping[str, Any]:
    """Issue a health certificate, valid for a year from the examination."""
    until = certificates.food_worker_until(done.form["examined_on"])
    year = local_day(done.decided_at).year
    tries = numbers.food_worker_numbers(done.id, done.division, year)
    entry = {**_certificate(done), "valid_until": until}
    return _issued(store, "food-worker", tries, entry, done)


def _certificate(done: Fulfilment) -> dict[str, Any]:
    return {
        "case": done.id,
        "division": done.division,
        "institution": done.form["institution"],
        "issued_on": local_day(done.decided_at).isoformat(),
        "valid_until": None,
        "status": "valid",
    }


def _issued(
    store: Storage,
    kind: str,
    tries: Iterator[str],
    entry: Mapping[str, Any],
    done: Fulfilment,
) -> Mapping[str, Any]:
    kept = registering.numbered(
        store["certificates"],
        tries,
        {**entry, "kind": kind},
        lambda d: [events.certified(d, done.decided_at)],
    )
    names = ("issued_on", "valid_until")
    return {"certificate": kept["_id"], **{name: kept[name] for name in names}}
