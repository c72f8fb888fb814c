"""Doctors and nurses: what is checked of an application, and their entry in the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.health import events
from services.health.domain import numbers, practitioners
from services.health.domain.refusals import refusal
from services.health.usecases import registering
from shared.clock import local_day
from shared.department import Application, Fulfilment
from shared.division import covers
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError
from shared.notice import notice
from shared.personal import Vault
from shared.text import Text


def check_doctor(store: Storage, vault: Vault, asked: Application) -> Sequence[FieldError]:
    """What speaks against the registration of a doctor."""
    return [*practitioners.doctor_refusals(asked.form), *_common(store, vault, asked, "doctor")]


def check_nurse(store: Storage, vault: Vault, asked: Application) -> Sequence[FieldError]:
    """What speaks against the registration of a nurse."""
    today = local_day(asked.now)
    return [
        *practitioners.nurse_refusals(asked.form, today),
        *_common(store, vault, asked, "nurse"),
    ]


def _common(store: Storage, vault: Vault, asked: Application, kind: str) -> Sequence[FieldError]:
    known = store["practitioners"].find({"person": vault.lookup(asked.form["identity"])})
    return [
        *([_not_ones_own()] if asked.form["name"] != asked.caller.name else []),
        *institution_refusals(store, asked),
        *practitioners.known_refusals(known, kind, local_day(asked.now)),
    ]


def _not_ones_own() -> FieldError:
    return refusal(
        "/name", "own-name", "应由本人申请，姓名与账户不符", "Not the name of the one who applies"
    )


def institution_refusals(store: Storage, asked: Application) -> Sequence[FieldError]:
    """What is wrong with the institution that the form names: unknown, elsewhere, not licensed."""
    found = store["institutions"].get(asked.form["institution"])
    day = local_day(asked.now).isoformat()
    if found is None or not covers(asked.division, found["division"]):
        zh, en = "该辖区没有这个医疗机构", "No such institution in this division"
        return [refusal("/institution", "institution-unknown", zh, en)]
    if practitioners.status_on(found, day) != "valid":
        zh, en = "该医疗机构的执业许可证已失效", "The licence of this institution is not in force"
        return [refusal("/institution", "institution-licence", zh, en)]
    return []


def register_doctor(store: Storage, vault: Vault, done: Fulfilment) -> Mapping[str, Any]:
    """Enter the doctor; the case's result."""
    form = done.form
    tries = numbers.doctor_numbers(done.id, form["level"], form["category"], done.division)
    given = {name: form[name] for name in ("level", "category", "scope")}
    return _registered(store, tries, {**_entry(store, vault, done, "doctor"), **given}, done)


def register_nurse(store: Storage, vault: Vault, done: Fulfilment) -> Mapping[str, Any]:
    """Enter the nurse, for five years."""
    today = local_day(done.decided_at)
    until = practitioners.years_after(today, practitioners.NURSE_YEARS) - timedelta(days=1)
    tries = numbers.nurse_numbers(done.id, done.division, today.year)
    entry = {**_entry(store, vault, done, "nurse"), "valid_until": until.isoformat()}
    return _registered(store, tries, entry, done)


def _entry(store: Storage, vault: Vault, done: Fulfilment, kind: str) -> dict[str, Any]:
    institution = store["institutions"].require(done.form["institution"])
    return {
        "case": done.id,
        "kind": kind,
        "name": done.form["name"],
        "name_key": done.form["name"].casefold(),
        "person": vault.lookup(done.form["identity"]),
        "account": done.applicant["account"],
        "division": institution["division"],
        "institution": institution["_id"],
        "institution_name": institution["name"],
        "status": "valid",
        "registered_on": local_day(done.decided_at).isoformat(),
        "valid_until": None,
        "rulings": [],
        "unfollowed": True,
    }


def _registered(
    store: Storage, tries: Any, entry: Mapping[str, Any], done: Fulfilment
) -> Mapping[str, Any]:
    kept = registering.numbered(
        store["practitioners"],
        tries,
        entry,
        lambda d: [events.practitioner_event("registered", d, done.decided_at)],
    )
    return {
        "practitioner": kept["_id"],
        "registered_on": kept["registered_on"],
        "valid_until": kept["valid_until"],
    }


RULED: Mapping[str, Text] = {
    "suspension": Text("执业注册已暂停", "Your registration is suspended"),
    "reinstatement": Text("执业注册已恢复", "Your registration is in force again"),
    "revocation": Text("执业证书已吊销", "Your registration is revoked"),
    "cancellation": Text("执业注册已注销", "Your registration is cancelled"),
}


def rule(store: Storage, call: Call, number: str, ruling: str) -> Document:
    """Suspend, reinstate, revoke or cancel a registration. Who hears of it sees to open slots."""
    return registering.rule(store, "practitioners", call, number, ruling, _told)


def _told(entry: Mapping[str, Any], now: datetime) -> Sequence[Mapping[str, Any]]:
    """What has become of the entry, and the notice for the practitioner."""
    last, number = entry["rulings"][-1], entry["_id"]
    reasons = "；".join(last["reasons"])
    body = Text(f"编号 {number}。理由：{reasons}", f"Number {number}. Reasons: {reasons}")
    title, id_ = RULED[last["ruling"]], f"{number}-{len(entry['rulings'])}"
    return [
        events.practitioner_event(last["ruling"], entry, now),
        notice("health", id_, entry["account"], title, body, number, now),
    ]
