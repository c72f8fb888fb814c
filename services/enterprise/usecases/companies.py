"""The register of enterprises: what an approved establishment, change or deregistration does.

Guarantees: each case acts on the register once, however often it is told; one case establishes one
enterprise, under the code that follows from the case. Personal numbers are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.enterprise import events
from services.enterprise.domain import codes, establishment, licence, register
from services.enterprise.domain.places import PLACES
from services.enterprise.tools import Tools
from services.enterprise.usecases import bars, licences, names, papers
from shared.clock import local_day
from shared.department.practice import Application, Fulfilment
from shared.documents import Document
from shared.errors import FieldError, NotFound, Unexpected
from shared.text import Text

ATTEMPTS = 50
"""Codes tried for one case; each is taken with a probability below one in a hundred million."""


def check_establishment(store: Any, tools: Tools, application: Application) -> list[FieldError]:
    """What is wrong with an establishment; where nothing is, its name is kept for it."""
    form, today = application.form, local_day(application.now)
    name = names.reserved_for(store, application)
    if name is None:
        return [names.no_reservation()]
    name_facts = {**name["name_parts"], "kind": name["kind"]}
    records = bars.of(store, tools, form["representative"]["identity"])
    found = establishment.refusals(
        form, name=name_facts, authority=application.division, bars=records, today=today
    )
    found += papers.faults(store, application)
    return found or names.use(store, application, name)


def establish(store: Any, tools: Tools, fulfilment: Fulfilment) -> dict[str, Any]:
    """Register the enterprise, its name and its licence."""
    company = _entered(store, tools, fulfilment)
    issued = licences.issue(store, tools, company, 1, fulfilment.decided_at)
    names.register(store, company["reservation"], company["_id"])
    return {"code": company["_id"], "name": company["name"], "licence": issued["number"]}


def _entered(store: Any, tools: Tools, fulfilment: Fulfilment) -> Document:
    for attempt in range(ATTEMPTS):
        code = codes.social_credit_code(fulfilment.division, fulfilment.id, attempt)
        existing = store["companies"].get(code)
        if existing is None:
            entry = _entry(store, tools, fulfilment, code)
            told = events.company_event(events.REGISTERED, entry, fulfilment.decided_at)
            existing = store["companies"].ensure(entry, [told])
        if register.has_taken(existing, fulfilment.id):
            return Document(existing)
    raise Unexpected(Text("没有可用的代码", "No free code"))


def _entry(store: Any, tools: Tools, fulfilment: Fulfilment, code: str) -> dict[str, Any]:
    form, name = fulfilment.form, names.by_reservation(store, fulfilment.form["reservation"])
    entry = {
        "_id": code,
        "division": fulfilment.division,
        "established_on": local_day(fulfilment.decided_at).isoformat(),
        "founder": fulfilment.applicant["account"],
        "licence_version": 1,
        "reports": [],
        **_name_fields(name),
        "registered_capital": form["registered_capital"],
        "business_scope": form["business_scope"],
        "term_until": form["term_until"],
        "kind": name["kind"],
        **_people(tools, code, form),
        "address": address(form["address"]),
    }
    return register.established(entry, fulfilment.id, fulfilment.decided_at)


def _name_fields(name: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name["name"],
        "name_parts": name["name_parts"],
        "titles": register.titles(name["name"], name["name_parts"]["trade_name"]),
        "reservation": name["case"],
    }


def address(given: Mapping[str, Any]) -> dict[str, Any]:
    """An address with its text: 湖南省长沙市岳麓区麓山南路 932 号."""
    place = PLACES.get(given["division"])
    city = place.city if place else ""
    name = place.name if place else ""
    province = "" if name == "湖南省" else "湖南省"
    return {**given, "text": f"{province}{city}{name}{given['detail']}"}


def _people(tools: Tools, code: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Representative and owners as they are kept: numbers and phones sealed."""
    found: dict[str, Any] = {}
    if "representative" in form:
        given = form["representative"]
        private = {"identity": given["identity"], "phone": given["phone"]}
        found["representative"] = {"name": given["name"], "sealed": _sealed(tools, code, private)}
    if "owners" in form:
        found["owners"] = [
            {
                **{k: v for k, v in owner.items() if k != "identity"},
                "sealed": _sealed(tools, code, {"identity": owner["identity"]}),
            }
            for owner in form["owners"]
        ]
    return found


def _sealed(tools: Tools, code: str, private: Mapping[str, Any]) -> bytes:
    return tools.vault.seal_json(private, code.encode())


def check_change(store: Any, tools: Tools, application: Application) -> list[FieldError]:
    """What is wrong with a change of the enterprise the applicant acts for."""
    entry, form = subject(store, application), application.form
    found = list(register.active_refusals(entry, application.division))
    if found or entry is None:
        return found
    name = names.reserved_for(store, application) if "reservation" in form else None
    if "reservation" in form:
        found = _name_faults(name, entry)
    identity = form.get("representative", {}).get("identity")
    records = bars.of(store, tools, identity) if identity else []
    today = local_day(application.now)
    found += register.change_refusals(entry, form, records, today)
    found += papers.faults(store, application)
    return found or (names.use(store, application, name) if name else [])


def _name_faults(name: Document | None, entry: Mapping[str, Any]) -> list[FieldError]:
    if name is None:
        return [names.no_reservation()]
    if name["kind"] == entry["kind"]:
        return []
    text = Text("保留名称的组织形式与企业类型不符", "The reserved name is of another type")
    return [FieldError("/reservation", text, "kind-of-name")]


def change(store: Any, tools: Tools, fulfilment: Fulfilment) -> dict[str, Any]:
    """Write the change into the register, and replace the licence."""
    code, now = fulfilment.applicant["legal_person"], fulfilment.decided_at
    before = store["companies"].require(code)
    if not register.has_taken(before, fulfilment.id):
        changes = _changes(store, tools, code, fulfilment.form)
        after = register.changed(before, changes, fulfilment.id, now)
        told = events.company_event(events.CHANGED, after, now)
        before = store["companies"].save(before, after, [told])
    return _relicensed(store, tools, before, fulfilment)


def _relicensed(
    store: Any, tools: Tools, company: Document, fulfilment: Fulfilment
) -> dict[str, Any]:
    """The licence for the version this case brought; the one before it is replaced."""
    now = fulfilment.decided_at
    version, old_name = _version_of(company, fulfilment.id)
    number = licence.number(company["_id"], version)
    if version == company["licence_version"]:
        licences.issue(store, tools, company, version, now)
    licences.end(store, licence.number(company["_id"], version - 1), "superseded", now)
    if old_name:
        names.register(store, company["reservation"], company["_id"])
        names.release(store, old_name, now)
    return {"code": company["_id"], "name": company["name"], "licence": number}


def _version_of(company: Document, case: str) -> tuple[int, str | None]:
    """The licence version that `case` brought, and the reservation of a name it gave up."""
    notes = [note for note in company["history"] if note["action"] == "changed"]
    at = next(i for i, note in enumerate(notes) if note["case"] == case)
    return at + 2, notes[at]["before"].get("reservation")


def _changes(store: Any, tools: Tools, code: str, form: Mapping[str, Any]) -> dict[str, Any]:
    changes = {**form, **_people(tools, code, form)}
    if "address" in form:
        changes["address"] = address(form["address"])
    if "reservation" in form:
        changes |= _name_fields(names.by_reservation(store, form["reservation"]))
    return {k: v for k, v in changes.items() if k in register.CHANGEABLE}


def check_deregistration(store: Any, application: Application) -> list[FieldError]:
    """What is wrong with a deregistration."""
    entry = subject(store, application)
    found = list(register.active_refusals(entry, application.division))
    if found or entry is None:
        return found
    today = local_day(application.now)
    found += register.deregistration_refusals(entry, application.form, today)
    return [*found, *papers.faults(store, application)]


def deregister(store: Any, fulfilment: Fulfilment) -> dict[str, Any]:
    """End the enterprise on the register, revoke its licence, and give its name up."""
    code, now = fulfilment.applicant["legal_person"], fulfilment.decided_at
    before = store["companies"].require(code)
    if not register.has_taken(before, fulfilment.id):
        after = register.deregistered(before, fulfilment.id, fulfilment.form["reason"], now)
        told = events.company_event(events.DEREGISTERED, after, now)
        before = store["companies"].save(before, after, [told])
    licences.end(store, licence.number(code, before["licence_version"]), "deregistered", now)
    names.release(store, before["reservation"], now)
    return {"code": code, "name": before["name"], "deregistered_on": local_day(now).isoformat()}


def subject(store: Any, application: Application) -> Document | None:
    """The entry of the enterprise that the applicant acts for."""
    found: Document | None = (
        store["companies"].get(application.legal_person) if application.legal_person else None
    )
    return found


def read(store: Any, code: str) -> Document:
    """The entry of the enterprise, or `NotFound`."""
    found: Document | None = store["companies"].get(code)
    if found is None:
        raise NotFound(Text("登记簿中没有该企业", "There is no such enterprise on the register"))
    return found


def representative_of(store: Any, tools: Tools, code: str) -> dict[str, str]:
    """``{"name", "number"}`` of who represents the enterprise; `NotFound`."""
    found = read(store, code)
    private = tools.vault.open_json(bytes(found["representative"]["sealed"]), code.encode())
    return {"name": found["representative"]["name"], "number": private["identity"]}


def find(store: Any, query: Mapping[str, Any]) -> Any:
    """The enterprises of this full name or trade name, a page."""
    wanted = register.titles(query["name"], query["name"])[0]
    return store["companies"].page(
        {"titles": wanted}, limit=query["limit"], cursor=query.get("cursor")
    )
