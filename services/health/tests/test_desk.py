"""The desk: schedules and slots opened and closed by those who may, within the rules."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.health.domain import slots
from services.health.registers import spans_of
from services.health.tests.clinic import CLERK, DOCTOR, ELSEWHERE, LI, ZHANG, Clinic, at
from services.health.usecases import schedules
from shared.clock import is_working_day, local_day
from shared.errors import Conflict, Forbidden, Invalid
from shared.testing import person

STAFF = person("staff", "12430104555000148K")
DAYS = {"first": "2027-01-04", "last": "2027-01-08"}


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def opened(clinic: Clinic, caller=CLERK, **changes):
    given = {"practitioner": DOCTOR, **DAYS, "active": True, **changes}
    return schedules.open_schedule(clinic.store, clinic.call(caller), given)


def open_slots(clinic: Clinic, schedule, *spans: tuple[str, str], caller=CLERK):
    times = [(at(begins), at(ends)) for begins, ends in spans]
    return schedules.open_slots(clinic.store, clinic.call(caller), schedule["_id"], times)


MORNING = ("2027-01-04 08:00", "2027-01-04 08:30")


def test_who(clinic: Clinic):
    """The institution and its authority keep the desk, nobody else."""
    schedule = opened(clinic)
    assert opened(clinic, STAFF)["_id"] == schedule["_id"]
    assert open_slots(clinic, schedule, MORNING, caller=STAFF)
    for caller in (ZHANG, ELSEWHERE, person("x", "91430104MA4L16JQ9T")):
        with pytest.raises(Forbidden):
            opened(clinic, caller)
        with pytest.raises(Forbidden):
            open_slots(clinic, schedule, MORNING, caller=caller)


def test_again(clinic: Clinic):
    """What is opened again stays as it is, with who has booked it."""
    schedule = opened(clinic)
    (slot,) = open_slots(clinic, schedule, MORNING)
    clinic.book(slot)
    clinic.hear()
    (again,) = open_slots(clinic, schedule, MORNING)
    assert again["_id"] == slot["_id"] and again["status"] == "busy"


@pytest.mark.parametrize(("begins", "ends", "rule"), [
    ("2027-01-04 08:15", "2027-01-04 08:45", "overlap"),
    ("2027-01-09 08:00", "2027-01-09 08:30", "outside-schedule"),
    ("2027-01-05 08:00", "2027-01-05 08:04", "slot-length"),
    ("2027-01-05 08:00", "2027-01-05 18:00", "slot-length"),
    ("2027-01-05 23:00", "2027-01-06 01:00", "slot-length"),
])  # fmt: skip
def test_slots_refused(clinic: Clinic, begins: str, ends: str, rule: str):
    """A slot lies within its schedule and one day, is neither too long nor too short, and alone."""
    schedule = opened(clinic)
    open_slots(clinic, schedule, MORNING)
    with pytest.raises(Invalid) as refused:
        open_slots(clinic, schedule, (begins, ends))
    assert {error.rule for error in refused.value.errors} == {rule}


@pytest.mark.parametrize(("changes", "rule"), [
    ({"first": "2027-01-09"}, "ends-after-beginning"),
    ({"last": "2027-05-01"}, "horizon"),
    ({"first": "2026-01-01", "last": "2026-01-09"}, "past"),
    ({"practitioner": "000"}, "practitioner"),
])  # fmt: skip
def test_schedules_refused(clinic: Clinic, changes, rule: str):
    """A schedule is of a registered practitioner, not over, and not too long."""
    with pytest.raises(Invalid) as refused:
        opened(clinic, **changes)
    assert rule in {error.rule for error in refused.value.errors}


def test_suspended(clinic: Clinic):
    """Nobody opens a schedule for a practitioner who is suspended."""
    clinic.rule("suspension")
    with pytest.raises(Invalid) as refused:
        opened(clinic)
    assert [error.rule for error in refused.value.errors] == ["not-in-force"]


def test_closed_slot(clinic: Clinic):
    """Who has booked a slot that the desk closes is told; opened again it is free."""
    slot = clinic.free()[0]
    made = clinic.book(slot)
    schedules.change_slot(clinic.store, clinic.call(CLERK), slot["_id"], True, "会议")
    clinic.hear()
    assert clinic.now_of(made)["status"] == "cancelled"
    assert clinic.told("zhang")[-1] == "Your appointment is cancelled"
    schedules.change_slot(clinic.store, clinic.call(CLERK), slot["_id"], False, None)
    clinic.hear()
    assert clinic.store["slots"].require(slot["_id"])["status"] == "free"
    assert clinic.book(slot, LI)["status"] == "booked"


def test_withdrawn_stays(clinic: Clinic):
    """The desk cannot open what a suspension has closed."""
    slot = clinic.free()[0]
    clinic.rule("suspension")
    clinic.hear()
    with pytest.raises(Conflict):
        schedules.change_slot(clinic.store, clinic.call(CLERK), slot["_id"], False, None)


def test_schedule_not_used(clinic: Clinic):
    """A schedule that is no longer used takes its slots with it, until it is used again."""
    schedule = clinic.store["schedules"].require(clinic.free()[0]["schedule"])
    for active, status in ((False, "busy-unavailable"), (True, "free")):
        schedules.change_schedule(clinic.store, clinic.call(CLERK), schedule["_id"], active, None)
        clinic.hear()
        found = clinic.store["slots"].find({"schedule": schedule["_id"]}, limit=999)
        assert {slot["status"] for slot in found} == {status}
    schedules.change_schedule(clinic.store, clinic.call(CLERK), schedule["_id"], False, None)
    with pytest.raises(Conflict):
        open_slots(clinic, schedule, ("2026-11-30 18:00", "2026-11-30 18:30"))


@given(st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.integers(0, 20), st.integers(5, 240),
       st.integers(0, 23), st.integers(0, 23))  # fmt: skip
def test_cut(first: date, days: int, minutes: int, begins: int, ends: int):
    """What is cut out of sessions is of equal length, in order, on working days, within them."""
    last = first + timedelta(days=days)
    spans = list(slots.cut(first, last, [(time(begins), time(ends))], minutes))
    assert spans == sorted(spans) and not slots.overlapping(spans)
    for start, end in spans:
        assert end - start == timedelta(minutes=minutes)
        day = local_day(start)
        assert first <= day <= last and is_working_day(day)
        assert slots.day_of(start) == slots.day_of(end)
    per_day = max(0, (ends - begins) * 60 // minutes)
    working = sum(is_working_day(first + timedelta(days=n)) for n in range(days + 1))
    assert len(spans) == per_day * working


def test_too_many():
    """One request opens a bounded number of slots, over a bounded range of days."""
    body = {"first": "2026-12-01", "last": "2026-12-31", "minutes": 5,
            "sessions": [{"begins": "08:00", "ends": "18:00"}]}  # fmt: skip
    for changes in ({}, {"last": "2027-12-31"}, {"last": "2026-11-30"}, {"minutes": 240,
                    "sessions": [{"begins": "08:00", "ends": "08:30"}]}):  # fmt: skip
        with pytest.raises(Invalid):
            spans_of({**body, **changes})
