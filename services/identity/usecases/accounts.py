"""One's own data; what administrators do with accounts; what may be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.identity.domain import accounts, guardianships, sweeping
from services.identity.domain.registration import normal_number
from services.identity.events import account_events
from services.identity.tools import Tools
from services.identity.usecases import keys, passwords
from services.identity.usecases.common import person_lookup, seal_context
from services.identity.usecases.registration import assignment_in
from shared.access import Caller
from shared.clock import local_day
from shared.entrypoints import Call
from shared.errors import Forbidden, NotFound, Stale, Unauthenticated
from shared.events import Event
from shared.races import until_fresh
from shared.store import Database, Document, Page
from shared.text import Text
from shared.tokens import UnknownKey, Verifier

ENTRIES = {"suspend": "suspended", "reinstate": "reinstated"}
SWEPT_AT_ONCE = 500
MOST_WARDS = 100


def me(store: Database, tools: Tools, call: Call) -> tuple[Document, dict[str, str]]:
    """The caller's own account, and their personal numbers in the clear."""
    return _opened(store, tools, call.signed_in.subject)


def _opened(store: Database, tools: Tools, id_: str) -> tuple[Document, dict[str, str]]:
    account = store["accounts"].require(id_)
    numbers = {
        field: tools.vault.open(sealed, seal_context(account["_id"], field)).decode()
        for field, sealed in account["sealed"].items()
    }
    return account, numbers


def one(store: Database, call: Call, id_: str) -> Document:
    """The account, for an administrator who looks after it; else `NotFound`."""
    account = store["accounts"].get(id_)
    if account is None or not _looks_after(call.signed_in, account):
        raise NotFound()
    return account


def officials(store: Database, call: Call) -> Page:
    """One page of the officials in a division and what lies in it, by id."""
    caller = call.signed_in
    division = call.query.get("division") or caller.division
    department = caller.department if caller.department != accounts.PLATFORM else None
    department = department or call.query.get("department")
    if not accounts.administers(caller, department, division):
        raise NotFound()
    wanted = {"areas": division} | ({"department": department} if department else {})
    return store["accounts"].page(
        wanted, limit=call.query["limit"], cursor=call.query.get("cursor")
    )


def move(store: Database, call: Call, id_: str, action: str) -> Document:
    """Suspend or reinstate an account."""
    account = _to_change(store, call, id_)
    entry = accounts.Entry(ENTRIES[action], call.signed_in.subject, call.body["reason"])
    return _saved(store, account, accounts.moved(account, action, entry, call.now), call.now)


def reassign(store: Database, call: Call, id_: str) -> Document:
    """The official serves elsewhere or with other powers; both places must be the caller's."""
    account = _to_change(store, call, id_)
    assignment = assignment_in(call.body)
    accounts.check_administrator(call.signed_in, assignment)
    entry = accounts.Entry("reassigned", call.signed_in.subject, call.body["reason"])
    changed = accounts.reassigned(account, assignment, entry, call.now)
    return _saved(store, account, changed, call.now)


def give_password(store: Database, tools: Tools, call: Call, id_: str) -> Document:
    """A provisional password for an official who forgot theirs."""
    return passwords.give(store, tools, call, _to_change(store, call, id_))


def find_person(store: Database, tools: Tools, number: str) -> dict[str, str] | None:
    """``{"account": id}`` of the citizen with this resident identity number, or None."""
    person = person_lookup(tools.vault, number)
    found = store["accounts"].find({"logins": person}, limit=1, fields=["kind"])
    return {"account": found[0]["_id"]} if found else None


def data_subjects(store: Database, account_id: str, now: datetime) -> list[dict[str, str | None]]:
    """Whose data the account's holder may ask about: ``[{"relation", "person", "name"}]``.

    relation: "self", or "ward" for a child under their guardianship now; person: the keyed lookup
    of the identity number. Empty where the account is no citizen's (Personal Information Protection
    Law, Art. 31, 44).
    """
    account = store["accounts"].get(account_id)
    if account is None or not account.get("person"):
        return []
    own = {"relation": "self", "person": account["person"], "name": account["name"]}
    wards = store["guardianships"].find({"guardian": account_id}, limit=MOST_WARDS)
    in_force = (ward for ward in wards if guardianships.in_force(ward, local_day(now)))
    return [
        own,
        *({"relation": "ward", "person": w["child"], "name": w["child_name"]} for w in in_force),
    ]


def own_account(store: Database, tools: Tools, token: str, now: datetime) -> dict[str, str]:
    """``{"account", "name", "identity", "phone"}`` of the citizen who is signed in with `token`.

    The token stands for the person's presence: a service that has none of it learns no number.
    `Unauthenticated`, and `Forbidden` where the account is no citizen's.
    """
    verifier = Verifier(tools.issuer, tools.audience)
    verifier.use(keys.jwks(store, tools, now)["keys"])
    try:
        caller = verifier.verify(token, now)
    except UnknownKey as error:
        raise Unauthenticated(type="token-invalid") from error
    if caller.kind != "person":
        raise Forbidden(Text("仅限本人账户", "For the accounts of citizens only"))
    account, numbers = _opened(store, tools, caller.subject)
    named = {"account": account["_id"], "name": account["name"]}
    identity = normal_number(numbers["identity_number"])
    return {**named, "identity": identity, "phone": numbers["phone"]}


def note_revoked(store: Database, event: Event) -> None:
    """A session was ended for safety: the account's history says so, once."""
    entry = accounts.Entry("session-revoked", "identity", event.data["reason"])

    def save() -> None:
        account = store["accounts"].require(event.data["account"])
        if not account.has_received(event.id):
            after = accounts.appended(account, entry, event.time, session=event.subject)
            store["accounts"].save(account, after, received=event)

    until_fresh(save)


def sweep(store: Database, now: datetime) -> int:
    """Delete records of failures and sessions that no longer matter; how many."""
    swept = 0
    for name in ("lockouts", "sessions"):
        for day in sweeping.swept_days(now):
            for found in store[name].find({"day": day}, limit=SWEPT_AT_ONCE, fields=["day"]):
                swept += store[name].remove(found["_id"])
    return swept


def _looks_after(caller: Caller, account: Mapping[str, Any]) -> bool:
    """Officials: their department's or the platform's administrators; citizens: the platform's."""
    if account["kind"] == "official":
        return accounts.administers(caller, account["department"], account["division"])
    return caller.department == accounts.PLATFORM


def _to_change(store: Database, call: Call, id_: str) -> Document:
    account = one(store, call, id_)
    if account["_id"] == call.signed_in.subject:
        raise Forbidden(
            Text("不得变更本人账户", "Nobody does this to their own account"), type="own-account"
        )
    if account["version"] != call.if_match:
        raise Stale()
    return account


def _saved(store: Database, before: Document, after: dict[str, Any], now: datetime) -> Document:
    return store["accounts"].save(before, after, account_events(after, now))
