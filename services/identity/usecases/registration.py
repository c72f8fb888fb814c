"""A citizen makes an account; an administrator makes an official's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.identity.domain import accounts, registration
from services.identity.events import account_events
from services.identity.tools import Tools
from services.identity.usecases.common import (
    person_lookup,
    phone_lookup,
    request_digest,
    seal_context,
)
from services.identity.usecases.passwords import hashed
from shared.entrypoints import Call
from shared.errors import Conflict, Duplicate, IdempotencyMismatch
from shared.events import derived_id
from shared.personal import Vault, mask_identity, mask_phone
from shared.store import Database, Document, once
from shared.text import Text


def register(store: Database, tools: Tools, call: Call) -> Document:
    """The account of a citizen. Raises `Invalid`, `Conflict` (type "already-registered")."""
    number = registration.normal_number(call.body["identity_number"])
    form = {**call.body, "identity_number": number}
    registration.check(form, call.now)
    if known := _made_before(store, tools, call):
        return known
    personal = _personal(tools.vault, call.id, form)
    encoded = hashed(tools, form["password"])
    account = accounts.person(call.id, form["name"], personal, encoded, call.now)
    return _added(store, tools, call, account)


def appoint(store: Database, tools: Tools, call: Call) -> Document:
    """The account of an official, made by an administrator. Raises as `register`, `Forbidden`."""
    caller, form = call.signed_in, call.body
    assignment = assignment_in(form)
    accounts.check_administrator(caller, assignment)
    registration.check_official(form)
    if known := _made_before(store, tools, call):
        return known
    personal = _personal(tools.vault, call.id, form)
    encoded = hashed(tools, form["password"])
    account = accounts.official(
        call.id, form["name"], personal, encoded, assignment, by=caller.subject, now=call.now
    )
    return _added(store, tools, call, account)


def first_administrator(
    store: Database, tools: Tools, now: datetime, form: Mapping[str, Any]
) -> tuple[Document, bool]:
    """The one account that nobody appoints, and whether it was made now."""
    id_ = derived_id("identity", "first-administrator")
    if known := store["accounts"].get(id_):
        return known, False
    registration.check_official(form)
    personal = _personal(tools.vault, id_, form)
    encoded = hashed(tools, form["password"])
    account = accounts.official(
        id_, form["name"], personal, encoded, assignment_in(form), by="bootstrap", now=now
    )
    try:
        return store["accounts"].ensure(
            {**account, "digest": ""}, account_events(account, now)
        ), True
    except Duplicate:
        raise _taken() from None


def assignment_in(form: Mapping[str, Any]) -> accounts.Assignment:
    """Where the official serves, as `form` says."""
    return accounts.Assignment(form["department"], form["division"], form["powers"])


def _made_before(store: Database, tools: Tools, call: Call) -> Document | None:
    """What this request has made before; hashing the password again would be for nothing."""
    known = store["accounts"].get(call.id)
    if known and known["digest"] != request_digest(tools.vault, call.digest):
        raise IdempotencyMismatch()
    return known


def _added(store: Database, tools: Tools, call: Call, account: dict[str, Any]) -> Document:
    digest = request_digest(tools.vault, call.digest)
    try:
        return once(store["accounts"], account, digest, account_events(account, call.now))
    except Duplicate:
        raise _taken() from None


def _taken() -> Conflict:
    return Conflict(
        Text(
            "该证件号码或手机号码已注册",
            "This identity number or phone number has an account already",
        ),
        type="already-registered",
    )


def _personal(vault: Vault, account: str, form: Mapping[str, str]) -> accounts.Personal:
    """The personal numbers in `form` as they are kept; an official has no identity number."""
    numbers = {f: form[f] for f in ("identity_number", "phone") if f in form}
    masks = {"identity_number": mask_identity, "phone": mask_phone}
    person = person_lookup(vault, number) if (number := numbers.get("identity_number")) else None
    return accounts.Personal(
        logins=[phone_lookup(vault, form["phone"]), *([person] if person else [])],
        person=person,
        sealed={f: vault.seal(n.encode(), seal_context(account, f)) for f, n in numbers.items()},
        masked={f: masks[f](n) for f, n in numbers.items()},
    )
