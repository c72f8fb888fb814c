"""The register of guardianships: entries of officials, and what guardians read of it."""

from __future__ import annotations

from services.identity.domain import guardianships as rules
from services.identity.domain.registration import normal_number, today
from services.identity.events import guardianship_event
from services.identity.tools import Tools
from services.identity.usecases.common import (
    person_lookup,
    request_digest,
    seal_context,
)
from shared.age import birth_date
from shared.entrypoints import Call
from shared.errors import Invalid, NotFound, Stale
from shared.events import derived_id
from shared.personal import is_identity, mask_identity
from shared.races import until_fresh
from shared.store import Database, Document
from shared.text import Text

MOST = 100


def register(store: Database, tools: Tools, call: Call) -> Document:
    """The guardianship that an official enters; the same request again gives the same one."""
    rules.check_registrar(call.signed_in)
    return until_fresh(lambda: _registered(store, tools, call))


def _registered(store: Database, tools: Tools, call: Call) -> Document:
    number = normal_number(call.body["guardian_identity_number"])
    child = normal_number(call.body["child_identity_number"])
    guardian = _account(store, tools, number)
    id_ = derived_id("guardianship", guardian, person_lookup(tools.vault, child))
    before, digest = store["guardianships"].get(id_), request_digest(tools.vault, call.digest)
    if before and any(line.get("digest") == digest for line in before["history"]):
        return before
    given = {**call.body, "child_identity_number": child}
    faults = list(rules.faults(given, number if guardian else None, today(call.now)))
    if faults or guardian is None:
        raise Invalid(errors=faults)
    entry = _entry(tools, call, guardian, child, id_, digest)
    after = rules.registered(before, id_, entry, call.now)
    told = [guardianship_event(after, call.now)]
    if before is None:
        return store["guardianships"].add(after, told)
    return store["guardianships"].save(before, after, told)


def _account(store: Database, tools: Tools, number: str) -> str | None:
    if not is_identity(number):
        return None
    wanted = {"logins": person_lookup(tools.vault, number)}
    found = store["accounts"].find(wanted, limit=1, fields=["kind"])
    return str(found[0]["_id"]) if found else None


def _entry(
    tools: Tools, call: Call, guardian: str, number: str, id_: str, digest: str
) -> rules.Entry:
    born = birth_date(number)
    child = {
        "lookup": person_lookup(tools.vault, number),
        "name": call.body["child_name"],
        "born": born.isoformat(),
        "masked": mask_identity(number),
        "sealed": tools.vault.seal(number.encode(), seal_context(id_, "child")),
    }
    until = min(call.body.get("until_day") or "9999-12-31", rules.last_day(born).isoformat())
    from_day, relation = call.body["from_day"], call.body["relation"]
    by = call.signed_in.subject
    return rules.Entry(guardian, child, relation, from_day, until, by, digest)


def end(store: Database, call: Call, id_: str) -> Document:
    """End a guardianship with a day and a reason."""
    before = read(store, call, id_)
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    body, by = call.body, call.signed_in.subject
    after = rules.ended(before, body["until_day"], by, body["reason"], call.now)
    return store["guardianships"].save(before, after, [guardianship_event(after, call.now)])


def read(store: Database, call: Call, id_: str) -> Document:
    """A guardianship, for those who keep the register; `NotFound` for others."""
    found = store["guardianships"].get(id_)
    if found is None or call.signed_in.department not in rules.REGISTRARS:
        raise NotFound(Text("没有这条监护登记", "There is no such guardianship"))
    return found


def wards(store: Database, call: Call) -> list[Document]:
    """The caller's guardianships, ended ones too, the oldest child first."""
    found = store["guardianships"].find({"guardian": call.signed_in.subject}, limit=MOST)
    return sorted(found, key=lambda one: str(one["child_born"]))
