"""FHIR R4: what is rendered is valid, what is asked is understood or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.fhirelementfactory import FHIRElementFactory
from hypothesis import given
from hypothesis import strategies as st

from services.health.domain.fhir import bodies, bundle, capability, outcome, resources, search
from services.health.domain.fhir.values import bounds, codes, ids, instant, moment, span
from services.health.tests.clinic import CLERK, DOCTOR, LI, ZHANG, Clinic, at
from services.health.usecases import searching
from shared.clock import CHINA
from shared.errors import FieldError, Forbidden, Invalid, Malformed, NotFound, ServiceError
from shared.testing import NOON, person
from shared.text import Text

BASE = "http://localhost:8000/health/fhir"


def valid(resource):
    """Two libraries that know R4 take it; the first is of 4.0.1, the second stricter."""
    FHIRElementFactory.instantiate(resource["resourceType"], resource)
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return resource


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return Clinic()


def test_capability():
    """The statement is valid, and names only types that are there."""
    told = valid(capability.statement(BASE, "en"))
    assert told["fhirVersion"] == "4.0.1"
    assert {r["type"] for r in told["rest"][0]["resource"]} == capability.TYPES.keys()


def test_resources(clinic: Clinic):
    """Everything a client reads is valid R4, in each state it can be in."""
    slot = clinic.free()[0]
    states = [clinic.book(slot), clinic.wait(LI, "2026-11-25")]
    clinic.hear()
    states += [clinic.now_of(states[1]), clinic.change(states[0], "cancelled")]
    for appointment in states:
        valid(resources.appointment(appointment, "en"))
    assert {a["status"] for a in states} == {"booked", "waitlist", "pending", "cancelled"}
    schedule = valid(resources.schedule(clinic.store["schedules"].require(slot["schedule"]), "zh"))
    entry = clinic.store["practitioners"].require(DOCTOR)
    practitioner = valid(resources.practitioner(entry, "suspended", "zh"))
    assert practitioner["active"] is False
    found = [valid(resources.slot(slot, status)) for status in ("free", "busy-unavailable")]
    patient = valid(resources.patient("zhang", "张伟"))
    page = bundle.searchset(BASE, "Slot", [("status", "free")], found, included=[schedule],
                            following="x", total=2)  # fmt: skip
    assert [link["relation"] for link in valid(page)["link"]] == ["self", "next"]
    valid(bundle.searchset(BASE, "Patient", [], [patient]))
    assert "entry" not in valid(bundle.searchset(BASE, "Slot", [], []))


@pytest.mark.parametrize("error", [
    NotFound(), Forbidden(Text("贵", "dear"), type="too-costly"), ServiceError(),
    Invalid(errors=[FieldError("/slot/0/reference", "x", "slot"), FieldError("", "y", "z")]),
])  # fmt: skip
def test_outcome(error: ServiceError):
    """Any error is a valid OperationOutcome, with the element that is at fault."""
    told = valid(outcome.refusal(error, "en", "Appointment"))
    expressions = [i["expression"] for i in told["issue"] if "expression" in i]
    assert expressions in ([], [["Appointment.slot[0].reference"]])
    valid(outcome.done("fine"))


MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)
).map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000))


@given(MOMENTS)
def test_instants(at_):
    """An instant that is told is the one that is read."""
    assert moment(instant(at_)) == at_


@given(MOMENTS, st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
       st.sampled_from(["", "eq", "gt", "lt", "ge", "le"]), MOMENTS)  # fmt: skip
def test_dates(at_, precision, prefix, other):
    """Prefixes split time as R4 says: one of lt, eq, gt holds, and ge and le join them."""
    text = at_.astimezone(CHINA).strftime(precision)
    fits = {p: _within(other, bounds("date", [p + text])) for p in ("lt", "eq", "gt", "ge", "le")}
    assert sum(fits[p] for p in ("lt", "eq", "gt")) == 1
    assert fits["ge"] == (fits["gt"] or fits["eq"]) and fits["le"] == (fits["lt"] or fits["eq"])
    assert _within(at_, bounds("date", [text]))
    assert bounds("date", [prefix + text]) == bounds("date", [prefix + text] * 2)


def _within(moment_, found):
    return found.get("$gte", moment_) <= moment_ and not moment_ >= found.get(
        "$lt", datetime.max.replace(tzinfo=UTC)
    )


@pytest.mark.parametrize("text", ["", "x", "ne2026", "2026-13", "2026-02-30", "gt", "2026-1-1",
                                  "2026-11-24T25:00", "9999", "２０２６"])  # fmt: skip
def test_bad_dates(text: str):
    """What is not a date, or has a prefix that is not supported, is refused."""
    with pytest.raises(Malformed):
        span("date", text)


def test_references():
    """References count with their type, without it, and with any server before them."""
    assert ids("schedule", "a,Schedule/b,http://x/fhir/Schedule/c", "Schedule") == ["a", "b", "c"]
    for text in ("Slot/a", "a b", "", "a,,b", "Schedule/"):
        with pytest.raises(Malformed):
            ids("schedule", text, "Schedule")
    assert codes("status", "|free,busy", ("free", "busy")) == ["free", "busy"]
    with pytest.raises(Malformed):
        codes("status", "moon", ("free",))


def test_too_costly():
    """A search that names nothing selective is refused, whatever else it names."""
    for filter_of in (search.slot_filter, search.schedule_filter, search.practitioner_filter):
        with pytest.raises(Malformed) as refused:
            filter_of({"status": "free", "active": "true"})
        assert refused.value.type == "too-costly"


def test_unread():
    """Modifiers and chains of known parameters are refused; unknown ones where it is asked for."""
    for name in ("status:not", "schedule.actor"):
        with pytest.raises(Malformed):
            search.refuse_unread("Slot", [name], strict=False)
    search.refuse_unread("Slot", ["colour"], strict=False)
    with pytest.raises(Malformed):
        search.refuse_unread("Slot", ["colour"], strict=True)


def test_who_finds_what():
    """Patients find their own, whoever they ask for; desks those of their division and days."""
    clinic = Clinic()
    mine, other = clinic.book(clinic.free()[0]), clinic.book(clinic.free()[1], LI)
    day = {"date": ["2026-11-24"]}

    def found(caller, **query):
        filter_ = searching.appointments_of(caller, query)
        return {a["_id"] for a in clinic.store["appointments"].find(filter_)}

    assert found(ZHANG) == {mine["_id"]} and found(LI, patient="Patient/zhang") == set()
    assert found(LI, _id=mine["_id"]) == set()
    both = {mine["_id"], other["_id"]}
    assert found(CLERK, **day) == found(CLERK, practitioner=DOCTOR, **day) == both
    assert found(CLERK, date=["2026-11-25"]) == set()
    assert found(CLERK, patient="zhang") == {mine["_id"]}
    staff = person("staff", "12430104555000148K")
    assert found(staff, practitioner=DOCTOR, **day) == both
    assert found(person("other", "91430104MA4L16JQ9T"), practitioner=DOCTOR, **day) == set()
    week = {"date": ["ge2026-11-23", "le2026-11-29"]}
    assert found(CLERK, practitioner=DOCTOR, **week) == both
    for query in ({}, {"date": ["ge2026-01-01"]}, week, {"status": "booked"}):
        with pytest.raises(Malformed):
            found(CLERK, **query)


@given(st.integers(1, 40), st.integers(0, 30))
def test_paging(size, more):
    """The pages of a search, followed to the end, are everything, once, in order."""
    clinic = PAGED
    filter_ = {"agenda": f"{DOCTOR}|2026-11-24"}
    found, cursor = [], None
    while True:
        query = {"_count": size, "_page": cursor} if cursor else {"_count": size}
        page = searching.found(clinic.store, "slots", filter_, query)
        assert 0 < len(page.items) <= size
        found += [slot["start"] for slot in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == sorted(found) and len(set(found)) == clinic.store["slots"].count(filter_)


PAGED = Clinic()


def asked(**changes):
    body = {
        "status": "proposed",
        "slot": [{"reference": "Slot/s"}],
        "participant": [{"actor": {"reference": "Patient/zhang"}}],
        **changes,
    }
    return bodies.new_appointment({k: v for k, v in body.items() if v is not None}, "zhang")


def refused(**changes) -> set[str]:
    with pytest.raises(Invalid) as error:
        asked(**changes)
    return {fault.rule for fault in error.value.errors}


DOCTORS = [{"actor": {"reference": "Patient/zhang"}},
           {"actor": {"reference": f"Practitioner/{DOCTOR}"}}]  # fmt: skip
PERIOD = {"start": "2026-11-24T00:00:00+08:00", "end": "2026-11-24T23:00:00+08:00"}


def test_asked():
    """What a patient asks for is a slot, or a practitioner's day."""
    assert asked().slot == "s"
    waiting = asked(status="waitlist", slot=None, participant=DOCTORS, requested_period=[PERIOD])
    assert (waiting.practitioner, waiting.day, waiting.slot) == (DOCTOR, "2026-11-24", None)


def test_asked_wrongly():
    """Whatever cannot be done is refused by its rule."""
    assert refused(status="noshow") == {"status"}
    assert refused(slot=None) == {"slot"}
    assert refused(slot=[{"reference": "Schedule/s"}]) == {"slot"}
    assert refused(participant=DOCTORS[1:]) == {"own-patient"}
    assert refused(status="waitlist") == {"period", "practitioner"}
    long = {**PERIOD, "end": "2026-11-26T00:00:00+08:00"}
    assert refused(status="waitlist", participant=DOCTORS, requested_period=[long]) == {"period"}


def test_contradicting():
    """An appointment that says another time or practitioner than its slot is refused."""
    slot = {"start": at("2026-11-24 08:00"), "end": at("2026-11-24 08:30"), "practitioner": DOCTOR}
    fits = {"participant": DOCTORS, "start": "2026-11-24T00:00:00Z"}
    bodies.agrees(fits, slot)
    for change in ({"start": "2026-11-24T08:30:00+08:00"}, {"end": "2026-11-24"}):
        with pytest.raises(Invalid):
            bodies.agrees({**fits, **change}, slot)
    with pytest.raises(Invalid):
        bodies.agrees(fits, {**slot, "practitioner": "another"})


def test_days_of_a_range():
    """The agendas of a range of dates are its days in China, to the last."""
    query = {"date": ["ge2026-11-24", "lt2026-11-27"], "practitioner": DOCTOR}
    filter_ = search.on_desk(search.appointment_filter(query), "430104")
    days = [(date(2026, 11, 24) + timedelta(days=n)).isoformat() for n in range(3)]
    assert filter_["agenda"] == {"$in": [f"{DOCTOR}|{day}" for day in days]}
    assert NOON.tzinfo is UTC
