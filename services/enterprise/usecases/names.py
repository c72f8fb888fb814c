"""Company names: checked by anybody, reserved by one, registered with an enterprise.

Guarantees: two names that are identical or confusingly similar are never both held. An identical
one is kept out by the document's id; a similar one by writing the claim first and looking again
afterwards, so of two claims at the same moment at least one sees the other and gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.enterprise.domain import names, similarity, tenure
from services.enterprise.domain.names import Name
from services.enterprise.domain.places import PLACES
from services.enterprise.domain.refusals import refusal
from shared.department.practice import Application, Decision, Fulfilment
from shared.division import covers
from shared.documents import Document
from shared.errors import Conflict, FieldError, NotFound, Stale
from shared.races import until_fresh
from shared.text import Text

Form = Mapping[str, Any]

PARTS = ("division", "trade_name", "industry", "form")
ALIKE_LIMIT = 500
"""Names read for one check; a name has a handful of keys, and each is met by few."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TOLD = 5
"""Similar names that a refusal names."""

GONE = Text("该名称刚被他人申报", "Somebody else has just claimed this name")


def name_of(form: Form) -> Name:
    """The name that a form {division, trade_name, industry, form} asks for."""
    place = PLACES[form["division"]]
    return Name(place, form["trade_name"], form["industry"], form["form"])


def faults(store: Any, form: Form, now: datetime, but_for: str | None = None) -> list[FieldError]:
    """Why the name in `form` cannot be had; `but_for`: a case whose own claim does not count."""
    if form["division"] not in PLACES:
        return [refusal("/division", "division", "没有这个行政区划", "There is no such division")]
    found = names.refusals(name_of(form))
    return found or [similarity.refusal_for(m) for m in _alike(store, form, now, but_for)]


def check(store: Any, form: Form, now: datetime) -> dict[str, Any]:
    """``{"name": ..., "available": ..., "faults": [...]}``; reserves nothing."""
    found = faults(store, form, now)
    known = form["division"] in PLACES
    return {
        "name": names.compose(name_of(form)) if known else "",
        "available": not found,
        "faults": found,
    }


def mine(store: Any, holder: str) -> list[Document]:
    """The names that `holder` has reserved, whatever became of them."""
    found: list[Document] = store["names"].find({"holder": holder}, limit=200)
    return found


def check_application(store: Any, application: Application) -> list[FieldError]:
    """What is wrong with a reservation before it is decided."""
    wanted, own = application.form["division"], application.division
    if not (covers(wanted, own) or covers(own, wanted)):
        return [
            refusal(
                "/division",
                "name-authority",
                "名称中的行政区划不属于该登记机关辖区",
                "The division in the name is not the authority's",
            )
        ]
    return faults(store, application.form, application.now, application.id)


def decide(store: Any, application: Application) -> Decision:
    """Reserve the name, or refuse because somebody was faster."""
    mine_now = until_fresh(lambda: _claimed(store, application))
    if mine_now is None:
        return Decision(False, (GONE,))
    rivals = _alike(store, application.form, application.now, application.id)
    if not rivals:
        return Decision(True)
    _give_way(store, mine_now)
    return Decision(False, tuple(_reason(similarity.refusal_for(m)) for m in rivals))


def _reason(fault: FieldError) -> Text:
    return fault.detail if isinstance(fault.detail, Text) else Text(fault.detail, fault.detail)


def _claimed(store: Any, application: Application) -> Document | None:
    """The claim of the application; None where another one stands."""
    form, now = application.form, application.now
    claim = {
        "_id": similarity.identity(form["division"], form["trade_name"], form["industry"]),
        "name": names.compose(name_of(form)),
        "kind": name_of(form).kind,
        "name_parts": {part: form[part] for part in PARTS},
        "keys": similarity.keys(form["division"], form["trade_name"], form["industry"]),
        "state": "held",
        "holder": application.caller.subject,
        "case": application.id,
        "until": now + tenure.LEASE,
        "used_by": None,
        "used_until": now,
        "code": None,
    }
    before = store["names"].get(claim["_id"])
    if before is None:
        return Document(store["names"].add(claim))
    if before["case"] == application.id and before["state"] != "released":
        return Document(before)
    if tenure.stands(before, now, case_states(store)):
        return None
    return Document(store["names"].save(before, claim))


def _give_way(store: Any, claim: Document) -> None:
    """End the claim at once."""
    store["names"].save(claim, {**claim, "state": "released", "until": LONG_AGO})


def confirm(store: Any, fulfilment: Fulfilment) -> dict[str, Any]:
    """The reservation is approved: the name is the applicant's for two months (Art. 18)."""
    until = tenure.months_later(fulfilment.decided_at, tenure.RESERVED_MONTHS)
    claim = by_reservation(store, fulfilment.id)
    if claim["state"] == "held":
        claim = store["names"].save(claim, {**claim, "state": "reserved", "until": until})
    return {
        "reservation": fulfilment.id,
        "name": claim["name"],
        "kind": claim["kind"],
        "until": until.isoformat(),
    }


def by_reservation(store: Any, reservation: str) -> Document:
    """The name that the reservation (the id of its case) is about, or `NotFound`."""
    found = store["names"].find({"case": reservation}, limit=1)
    if not found:
        raise NotFound(Text("没有这个名称保留", "There is no such reservation"))
    return Document(found[0])


def reserved_for(store: Any, application: Application) -> Document | None:
    """The name that the reservation in the form keeps for the applicant, free to be used."""
    found = store["names"].find({"case": application.form["reservation"]}, limit=1)
    if not found or found[0]["holder"] != application.caller.subject:
        return None
    name, now = Document(found[0]), application.now
    if name["state"] != "reserved":
        return None
    if name["used_by"] == application.id:
        return name
    open_for_use = name["until"] > now and not tenure.in_use(name, now, case_states(store))
    return name if open_for_use else None


def use(store: Any, application: Application, name: Document) -> list[FieldError]:
    """Mark the reserved name as used by `application`; a fault where another one was faster.

    So it outlasts its two months while the application is open, and no second one can use it.
    """
    if name["used_by"] != application.id:
        until = application.now + tenure.LEASE
        try:
            store["names"].save(name, {**name, "used_by": application.id, "used_until": until})
        except Stale:
            return [no_reservation()]
    return []


def no_reservation() -> FieldError:
    """There is no reservation that the application could use."""
    return refusal(
        "/reservation",
        "no-reservation",
        "没有您名下有效且未使用的名称保留（《企业名称登记管理规定》第十八条）",
        "You hold no such reservation that is in force and unused "
        "(Provisions on Enterprise Name Registration, Art. 18)",
    )


def register(store: Any, reservation: str, code: str) -> Document:
    """The name becomes that of the enterprise `code`."""
    name = by_reservation(store, reservation)
    if name["code"] not in (None, code):
        raise Conflict(Text("该名称已被登记", "The name is registered already"))
    if name["state"] == "registered":
        return name
    return Document(store["names"].save(name, {**name, "state": "registered", "code": code}))


def release(store: Any, reservation: str, now: datetime) -> None:
    """The enterprise has given the name up; it is free after a year (Art. 17 (2))."""
    name = by_reservation(store, reservation)
    if name["state"] == "registered":
        until = tenure.months_later(now, tenure.RELEASED_MONTHS)
        store["names"].save(name, {**name, "state": "released", "until": until})


def case_states(store: Any) -> Callable[[str | None], str | None]:
    """Looks the state of a case up by its id."""

    def state_of(case: str | None) -> str | None:
        found = store["cases"].get(case) if case else None
        return None if found is None else str(found["state"])

    return state_of


def _alike(store: Any, form: Form, now: datetime, but_for: str | None) -> list[similarity.Match]:
    parts = (form["division"], form["trade_name"], form["industry"])
    wanted = similarity.wanted_keys(*parts)
    met = store["names"].find({"keys": {"$in": wanted}}, limit=ALIKE_LIMIT)
    state_of = case_states(store)
    matches = [
        similarity.Match(likeness, name["name"])
        for name in met
        if name["case"] != but_for and tenure.stands(name, now, state_of)
        if (likeness := similarity.likeness(form["trade_name"], name["name_parts"]["trade_name"]))
    ]
    return sorted(matches, key=lambda match: list(similarity.LIKENESS).index(match.likeness))[:TOLD]
