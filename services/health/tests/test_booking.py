"""Booking, cancelling, waiting: what holds whoever asks, in whatever order events are heard."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.health.tests.clinic import CHIEF, CLERK, DOCTOR, ELSEWHERE, LI, ZHANG, Clinic
from services.health.usecases import booking, settling
from shared.errors import Conflict, IllegalMove, NotFound, Stale
from shared.testing import person


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def filled(clinic: Clinic) -> list:
    """Every slot of the day is booked, by as many people."""
    found = [clinic.book(s, person(f"p{i}")) for i, s in enumerate(clinic.free())]
    clinic.hear()
    return found


def test_booked(clinic: Clinic):
    """A booked slot is busy, and its patient is told."""
    slot = clinic.free()[0]
    made = clinic.book(slot)
    clinic.hear()
    assert made["status"] == "booked" and made["holds"] == slot["_id"]
    assert clinic.store["slots"].require(slot["_id"])["status"] == "busy"
    assert clinic.told("zhang") == ["Your appointment is booked"]


def test_repeat(clinic: Clinic):
    """The same request again is the same appointment; after a cancellation it is another."""
    slot = clinic.free()[0]
    first = clinic.book(slot)
    assert clinic.book(slot)["_id"] == first["_id"]
    clinic.change(first, "cancelled")
    second = clinic.book(slot)
    assert second["_id"] != first["_id"] and second["status"] == "booked"


def test_attempts(clinic: Clinic):
    """Whoever cancels again and again cannot book the slot for ever."""
    slot = clinic.free()[0]
    for _ in range(5):
        clinic.change(clinic.book(slot), "cancelled")
    with pytest.raises(Conflict) as refused:
        clinic.book(slot)
    assert refused.value.type == "too-many-attempts"


def test_taken(clinic: Clinic):
    """A slot that somebody has is nobody else's."""
    slot = clinic.free()[0]
    clinic.book(slot)
    with pytest.raises(Conflict) as refused:
        clinic.book(slot, LI)
    assert refused.value.type == "slot-taken"


def test_one_a_day(clinic: Clinic):
    """One appointment a day with a practitioner; another day is another matter."""
    first, second = clinic.free()[:2]
    clinic.book(first)
    with pytest.raises(Conflict) as refused:
        clinic.book(second)
    assert refused.value.type == "one-a-day"
    assert clinic.book(clinic.free(day="2026-11-25")[0])["status"] == "booked"


def test_over(clinic: Clinic):
    """What has begun can neither be booked nor cancelled."""
    slot, other = clinic.free()[:2]
    made = clinic.book(slot)
    clinic.pass_time(days=1)
    with pytest.raises(Conflict):
        clinic.book(other, LI)
    with pytest.raises(IllegalMove):
        clinic.change(made, "cancelled")


def test_stale(clinic: Clinic):
    """A change of another version than the current one changes nothing."""
    made = clinic.book(clinic.free()[0])
    with pytest.raises(Stale):
        booking.change(clinic.store, clinic.call(ZHANG, if_match=7), made["_id"], "cancelled")


def test_private(clinic: Clinic):
    """An appointment is seen by its patient and by the desk of its division, by nobody else."""
    made = clinic.book(clinic.free()[0])
    for caller in (ZHANG, CLERK, CHIEF):
        assert booking.seen(clinic.store, caller, made["_id"])
    for caller in (LI, ELSEWHERE, person("staff", "91430104MA4L16JQ9T")):
        with pytest.raises(NotFound):
            booking.seen(clinic.store, caller, made["_id"])
    assert booking.seen(clinic.store, person("staff", "12430104555000148K"), made["_id"])


def test_desk(clinic: Clinic):
    """The desk notes who came and who did not; the patient cannot."""
    made = clinic.book(clinic.free()[0])
    with pytest.raises(IllegalMove):
        clinic.change(made, "fulfilled")
    clinic.change(made, "arrived", CLERK)
    assert clinic.change(made, "fulfilled", CLERK)["holds"] == made["slot"]


def test_offered(clinic: Clinic):
    """A cancelled slot is offered to whoever has waited longest, who takes it."""
    booked = filled(clinic)
    first = clinic.wait(LI)
    clinic.pass_time(minutes=1)
    second = clinic.wait(ZHANG)
    clinic.change(booked[3], "cancelled", person("p3"))
    clinic.hear()
    offer = clinic.now_of(first)
    assert offer["status"] == "pending" and offer["slot"] == booked[3]["slot"]
    assert clinic.store["slots"].require(offer["slot"])["status"] == "busy-tentative"
    assert clinic.now_of(second)["status"] == "waitlist"
    taken = clinic.change(first, "booked", LI)
    clinic.hear()
    assert "due" not in taken and taken["holds"] == offer["slot"]
    assert clinic.told("li")[-1] == "Your appointment is booked"


def test_lapsed(clinic: Clinic):
    """An offer that is not answered goes to the next, and is then too late to take."""
    booked = filled(clinic)
    first = clinic.wait(LI)
    clinic.pass_time(minutes=1)
    second = clinic.wait(ZHANG)
    clinic.change(booked[5], "cancelled", person("p5"))
    clinic.hear()
    clinic.pass_time(hours=2)
    with pytest.raises(Conflict) as late:
        clinic.change(first, "booked", LI)
    assert late.value.type == "offer-lapsed"
    assert settling.sweep(clinic.store, clinic.now) == 1
    clinic.hear()
    assert clinic.now_of(first)["status"] == "cancelled"
    assert clinic.now_of(second)["status"] == "pending"
    assert settling.sweep(clinic.store, clinic.now) == 0


def test_declined(clinic: Clinic):
    """An offer that is declined goes to the next at once."""
    booked = filled(clinic)
    first = clinic.wait(LI)
    second = clinic.wait(ZHANG)
    clinic.change(booked[0], "cancelled", person("p0"))
    clinic.hear()
    holder, other = sorted((first, second), key=lambda a: clinic.now_of(a)["status"])
    caller = LI if holder is first else ZHANG
    clinic.change(holder, "cancelled", caller)
    clinic.hear()
    assert clinic.now_of(other)["status"] == "pending"


def test_waiting_for_what_is_free(clinic: Clinic):
    """Whoever queues while something is free is offered it."""
    made = clinic.wait(LI)
    clinic.hear()
    assert clinic.now_of(made)["status"] == "pending"


def test_full(clinic: Clinic):
    """A waiting list takes a hundred people; whoever is on it stays."""
    filled(clinic)
    first = clinic.wait(person("w0"))
    for n in range(1, 100):
        clinic.wait(person(f"w{n}"))
    with pytest.raises(Conflict) as refused:
        clinic.wait(LI)
    assert refused.value.type == "waiting-list-full"
    assert clinic.wait(person("w0"))["_id"] == first["_id"]


def test_expired(clinic: Clinic):
    """A day that passes ends the waiting for it."""
    filled(clinic)
    made = clinic.wait(LI)
    clinic.pass_time(days=2)
    assert settling.sweep(clinic.store, clinic.now) == 1
    assert clinic.now_of(made)["cancelled_for"] == "expired"


def test_suspended(clinic: Clinic):
    """A suspension withdraws open slots, ends appointments and waiting, and tells the patients."""
    booked, waiting = filled(clinic), clinic.wait(LI)
    clinic.rule("suspension")
    clinic.hear()
    assert {clinic.now_of(a)["status"] for a in booked} == {"cancelled"}
    assert clinic.now_of(waiting)["status"] == "cancelled"
    assert "Your appointment is cancelled" in clinic.told("p0")
    assert clinic.told("li")[-1] == "Your appointment is cancelled"
    found = clinic.store["slots"].find({"practitioner": DOCTOR}, limit=999)
    assert {s["status"] for s in found} == {"busy-unavailable"}
    with pytest.raises(Conflict) as refused:
        clinic.book(booked[0] | {"_id": booked[0]["slot"]}, LI)
    assert refused.value.type == "not-available"


def test_reinstated(clinic: Clinic):
    """A reinstatement opens what the suspension withdrew, and nothing else."""
    slot = clinic.free()[0]
    before = clinic.store["slots"].require(slot["_id"])
    after = {**before, "closed": "desk", "status": "busy-unavailable"}
    clinic.store["slots"].save(before, after)
    for ruling in ("suspension", "reinstatement"):
        clinic.rule(ruling)
        clinic.hear()
    found = {
        s["_id"]: s["status"]
        for s in clinic.store["slots"].find({"practitioner": DOCTOR}, limit=999)
    }
    assert found.pop(slot["_id"]) == "busy-unavailable"
    assert set(found.values()) == {"free"}


def test_booked_while_suspended(clinic: Clinic):
    """Whoever books in the moment of a suspension loses the slot, and is told."""
    slot = clinic.free()[0]
    call = clinic.call(LI)
    clinic.rule("suspension")
    clinic.hear()
    entry = clinic.store["practitioners"].require(DOCTOR)
    clinic.store["practitioners"].save(entry, {**entry, "status": "valid"})
    made = booking.book(clinic.store, call, {**slot, "closed": None}, {})
    clinic.hear()
    assert clinic.now_of(made)["cancelled_for"] == "withdrawn"


PEOPLE = [person(f"x{i}") for i in range(6)]
STEPS = st.lists(
    st.tuples(st.sampled_from(["book", "wait", "cancel", "take", "hear", "hours", "rule"]),
              st.integers(0, 5), st.integers(0, 12)),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(STEPS, st.integers(0, 2**16))
def test_whatever_happens(steps, seed):
    """Whatever people do and in whatever order events are heard, twice or late: no slot has two,
    and once all is heard, slots and appointments agree and nobody waits for what is free."""
    clinic, chance, suspended = Clinic(small=True), random.Random(seed), False
    for what, who, which in steps:
        suspended = attempt(clinic, what, PEOPLE[who], which, suspended)
        if what == "hear":
            clinic.settle(chance.choice(clinic.store.sent))
    clinic.hear()
    agree(clinic)


def attempt(clinic, what, who, which, suspended) -> bool:
    """One thing that somebody does, or is refused."""
    mine = clinic.store["appointments"].find({"patient": who.subject})
    try:
        if what == "book" and (free := clinic.free()):
            clinic.book(free[which % len(free)], who)
        if what == "wait":
            clinic.wait(who)
        if what in ("cancel", "take") and mine:
            status = "cancelled" if what == "cancel" else "booked"
            clinic.change(mine[which % len(mine)], status, who)
        if what == "hours":
            clinic.pass_time(minutes=which * 10)
            settling.sweep(clinic.store, clinic.now)
        if what == "rule":
            clinic.rule("reinstatement" if suspended else "suspension")
            return not suspended
    except (Conflict, IllegalMove):
        pass
    return suspended


def agree(clinic: Clinic) -> None:
    appointments = clinic.store["appointments"].find({}, limit=10**6)
    holders: dict[str, str] = {}
    for one in appointments:
        if "holds" in one:
            assert one["holds"] not in holders
            holders[one["holds"]] = one["status"]
        assert ("holds" in one) == (one["status"] in ("booked", "pending"))
    for slot in clinic.store["slots"].find({}, limit=10**6):
        held = {"booked": "busy", "pending": "busy-tentative", None: "free"}[
            holders.get(slot["_id"])
        ]
        assert slot["status"] == ("busy-unavailable" if slot["closed"] else held)
    waiting = [a for a in appointments if a["status"] == "waitlist"]
    offerable = [s for s in clinic.free() if (s["start"] - clinic.now).total_seconds() >= 45 * 60]
    assert not (waiting and offerable)
