"""Teacher qualification certificates: issued by approval, kept on a register, verified by anyone.

Guarantees: a case issues one certificate; its number is unique. The register keeps no number of a
person in the clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.education import events
from services.education.domain import qualification
from services.education.tools import Tools
from services.education.usecases.common import by, looks_after
from shared.clock import local_day
from shared.department import Application, Decision, Fulfilment
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, NotFound, Stale, Unexpected
from shared.text import Text

ATTEMPTS = 50
NOT_FOUND = Text(
    "登记册中没有该号码与姓名相符的教师资格证书",
    "The register has no certificate of this number and name",
)


def check(store: Any, tools: Tools, application: Application) -> Sequence[FieldError]:
    """What is wrong with an application for a certificate."""
    form, today = application.form, local_day(application.now)
    found = list(qualification.faults(form, application.division, today))
    person = tools.vault.lookup(form["identity"].upper())
    same = {"kind": form["kind"], "subject": form["subject"], "status": "valid"}
    if store["certificates"].find({"person": person, **same}, limit=1):
        text = Text("已持有同种类同学科的教师资格", "Holds such a certificate already")
        found.append(FieldError("/kind", text, "held-already"))
    return found


def issue(store: Any, tools: Tools, fulfilment: Fulfilment) -> dict[str, Any]:
    """Enter the certificate in the register; repeated, it is the same one."""
    for attempt in range(ATTEMPTS):
        entry = _entry(tools, fulfilment, attempt)
        told = events.certificate_event(events.ISSUED, entry, fulfilment.decided_at)
        kept = store["certificates"].ensure(entry, [told])
        if kept["case"] == fulfilment.id:
            return {"certificate": kept["number"], "kind": kept["kind"], "subject": kept["subject"]}
    raise Unexpected(Text("没有可用的证书号码", "No free number"))


def _entry(tools: Tools, fulfilment: Fulfilment, attempt: int) -> dict[str, Any]:
    form, day = fulfilment.form, local_day(fulfilment.decided_at)
    place = (fulfilment.division, form["kind"], day.year, fulfilment.id, attempt)
    number = qualification.number(*place)
    return {
        "_id": number,
        "number": number,
        "case": fulfilment.id,
        "division": fulfilment.division,
        "name": form["name"],
        "person": tools.vault.lookup(form["identity"].upper()),
        "kind": form["kind"],
        "subject": form["subject"],
        "issued_on": day.isoformat(),
        "status": "valid",
        "rulings": [],
    }


def read(store: Any, number: str, name: str) -> Document:
    """The certificate of this number and holder, or `NotFound`; one of both alone tells nothing."""
    found = store["certificates"].get(number)
    if found is None or found["name"] != name:
        raise NotFound(NOT_FOUND)
    return Document(found)


def decide(store: Any, application: Application) -> Decision:
    """Verified at once: approved where the register has it, refused where not."""
    try:
        read(store, application.form["number"], application.form["name"])
    except NotFound:
        return Decision(False, (NOT_FOUND,))
    return Decision(True)


def verified(store: Any, fulfilment: Fulfilment) -> dict[str, Any]:
    """What the register said on the day."""
    found = store["certificates"].require(fulfilment.form["number"])
    names = ("number", "kind", "subject", "issued_on", "status")
    day = local_day(fulfilment.decided_at).isoformat()
    return {**{name: found[name] for name in names}, "verified_on": day}


def revoke(store: Any, call: Call, number: str) -> Document:
    """Revoke a certificate, with reasons (《教师资格条例》 Art. 19)."""
    before = store["certificates"].get(number)
    if before is None or not looks_after(call.signed_in, before["division"]):
        raise NotFound(Text("没有这个证书", "There is no such certificate"))
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    if before["status"] != "valid":
        raise Conflict(Text("证书已被撤销", "It is revoked already"), type="certificate-status")
    after = _revoked(before, call)
    told = events.certificate_event(events.REVOKED, after, call.now)
    return Document(store["certificates"].save(before, after, [told]))


def _revoked(before: Mapping[str, Any], call: Call) -> dict[str, Any]:
    reasons, who = list(call.body["reasons"]), dict(by(call.signed_in))
    ruling = {"ruling": "revocation", "at": call.now, "reasons": reasons, "by": who}
    return {**before, "status": "revoked", "rulings": [*before["rulings"], ruling]}
