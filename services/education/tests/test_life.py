"""The life of an enrolment, of a school's places, and of a round."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.education.domain import enrolments, objections, places, priority, rounds
from shared.errors import Conflict, IllegalMove, Invalid
from shared.testing import NOON

TODAY = date(2026, 11, 23)
LATER = TODAY + timedelta(days=5)


def entered(**given):
    return {
        "_id": "e1", "round": "r", "state": "entered", "choices": ["A", "B", "C"],
        "classes": {"A": "other", "B": "other", "C": "other"}, "waits_at": [], "history": [],
        **given,
    }  # fmt: skip


def school(capacity=2, holders=(), waiting=()):
    return {"code": "A", "capacity": capacity, "holders": dict.fromkeys(holders, 0), "extra": [],
            "given": 0, "waiting": [list(w) for w in waiting]}  # fmt: skip


def a_place(code, number=0):
    return enrolments.Given(code, number, LATER)


def test_offer_and_acceptance():
    """An offer that is accepted in time is a place, and final."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    assert offered["due"] == LATER.isoformat() and offered["unsettled"] == "r"
    with pytest.raises(Conflict):
        enrolments.accepted(offered, LATER + timedelta(days=1), NOON)
    admitted = enrolments.accepted(offered, LATER, NOON)
    assert admitted["state"] == "admitted" and not {"due", "unsettled"} & admitted.keys()
    with pytest.raises(IllegalMove):
        enrolments.declined(admitted, TODAY, NOON)
    passed = enrolments.moved_up(admitted, a_place("A", 3), NOON)
    assert passed["state"] == "admitted" and passed["history"][-1]["released"] == "A"


def test_better_choice():
    """A better choice that moves up replaces an unanswered offer, and gives its place back."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    better = enrolments.moved_up(offered, a_place("A", 3), NOON)
    assert better["offer"]["school"] == "A" and better["waits_at"] == []
    assert better["history"][-1]["released"] == "B"
    assert enrolments.moved_up(better, a_place("A", 3), NOON) == better
    assert enrolments.moved_up(better, a_place("C", 3), NOON)["history"][-1]["released"] == "C"


def test_given_up():
    """Who declines still waits for better choices, and is at the end where there are none."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    waits = enrolments.declined(offered, TODAY, NOON)
    assert waits["state"] == "waiting" and "offer" not in waits and "due" not in waits
    assert waits["history"][-1]["released"] == "B"
    assert enrolments.lapsed(offered, NOON, moving=False)["state"] == "ended"
    best = enrolments.offered(entered(), a_place("A"), [], NOON)
    assert enrolments.lapsed(best, NOON)["state"] == "ended"


OBJECTION = {"school": "A", "claimed_class": "household", "grounds": "户口已于八月迁入"}
UPHELD = {"upheld": True, "reasons": ["属实"], "class": "household", "remedy": "rank-anew"}


def test_objection():
    """While an objection is open nothing lapses; its answer gives the offer its days anew."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    contested = objections.raised(offered, OBJECTION, NOON)
    assert "due" not in contested and contested["contested"] == "r"
    with pytest.raises(Conflict):
        objections.raised(contested, OBJECTION, NOON)
    much_later = LATER + timedelta(days=9)
    answered = objections.answered(contested, UPHELD, {"name": "陈督学"}, much_later, NOON)
    assert answered["classes"]["A"] == "household" and answered["waits_at"] == ["A"]
    assert answered["due"] == much_later.isoformat() and "contested" not in answered
    with pytest.raises(Conflict):
        objections.answered(answered, UPHELD, {}, LATER, NOON)


def test_objection_limits():
    """Only choices that come before the offer, and only remedies that help, can be asked for."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    for code in ("C", "Z"):
        with pytest.raises(Invalid):
            objections.raised(offered, {**OBJECTION, "school": code}, NOON)
    contested = objections.raised(offered, OBJECTION, NOON)
    for wrong in ({"class": "royal"}, {"remedy": "money"}):
        with pytest.raises(Invalid):
            objections.answered(contested, {**UPHELD, **wrong}, {}, LATER, NOON)
    with pytest.raises(Invalid):
        objections.answered(contested, UPHELD, {}, LATER, NOON, moving=False)


def test_rejected_at_the_end():
    """Who declined everything and is not heard is at the end with the answer."""
    offered = enrolments.offered(entered(), a_place("B"), ["A"], NOON)
    contested = objections.raised(offered, OBJECTION, NOON)
    waits = enrolments.declined(contested, TODAY, NOON, moving=False)
    assert waits["state"] == "waiting" and waits["contested"] == "r"
    no = {"upheld": False, "reasons": ["不属实"]}
    assert objections.answered(waits, no, {}, LATER, NOON, moving=False)["state"] == "ended"


def test_moving_up():
    """A place that comes back goes to the first who waits; once the round stands, to nobody."""
    full = school(holders=["x", "y"], waiting=[(0, "a", "z"), (1, "0", "w")])
    after = places.released(full, "x", 0)
    assert after["holders"] == {"y": 0, "z": 1} and places.given(full, after) == [("z", 1)]
    assert places.released(after, "x", 0) == after
    assert places.released(after, "z", 0) == after
    assert places.released(full, "x", 0, moving=False)["holders"] == {"y": 0}
    assert places.position(full, "w") == 2 and places.position(after, "w") == 1


def test_extra_place():
    """A place beyond capacity is one for that child; it goes when the child gives it up."""
    note = {"reasons": ["更正后应录取"], "by": {"name": "陈督学"}, "at": NOON}
    full = school(holders=["x", "y"], waiting=[(0, "a", "z"), (1, "0", "w")])
    more = places.granted(full, "w", note)
    assert list(more["holders"]) == ["x", "y", "w"] and places.seats(more) == 3
    assert places.granted(more, "w", note) == more
    back = places.released(more, "w", 1)
    assert list(back["holders"]) == ["x", "y"] and places.seats(back) == 2
    assert list(places.released(more, "x", 0)["holders"]) == ["y", "w", "z"]


@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.sampled_from("rngl"), st.integers(0, 9)), max_size=30),
)
def test_places(capacity, acts):
    """Whatever happens, seats are kept, and nobody is twice in a school."""
    now = places.drawn(school(capacity), [], [(0, str(i), str(i)) for i in range(5)])
    for act, number in acts:
        child = str(number)
        now = {
            "r": lambda: places.released(now, child, now["holders"].get(child, 0)),  # noqa: B023
            "n": lambda: places.ranked_anew(now, (0, "", child)),  # noqa: B023
            "g": lambda: places.granted(now, child, {}),  # noqa: B023
            "l": lambda: places.left(now, child),  # noqa: B023
        }[act]()
        assert len(now["holders"]) <= places.seats(now)
        everyone = [*now["holders"], *(one[2] for one in now["waiting"])]
        assert len(everyone) == len(set(everyone))


FACTS = {
    "household": {"division": "430104", "street": "岳麓街道"},
    "home": {"division": "430104", "street": "望月湖街道", "kind": "owned"},
    "residence_permit": False,
    "siblings": ["S"],
}


@pytest.mark.parametrize(
    ("areas", "code", "expected"),
    [
        ([{"division": "430104"}], "A", "household-and-home"),
        ([{"division": "430104", "street": "岳麓 街道"}], "A", "household"),
        ([{"division": "430104", "street": "望月湖街道"}], "A", "residence"),
        ([{"division": "430111"}], "S", "sibling"),
        ([{"division": "430111"}], "A", "other"),
        ([{"division": "430100"}], "A", "household-and-home"),
    ],
)
def test_classes(areas, code, expected):
    """A child is in the first class that fits."""
    assert priority.class_of(FACTS, {"code": code, "catchment": areas}, priority.ORDER) == expected


def test_order():
    """An order names known classes once each and ends with all others."""
    assert priority.is_order(priority.ORDER) and priority.is_order(["other"])
    assert not any(map(priority.is_order, ([], ["household"], ["other", "other"], ["x", "other"])))


def a_round(**given):
    return {
        "_id": "r", "state": "announced", "opens_on": "2026-11-01", "closes_on": "2026-11-30",
        "rehearsal": False, "year": 2027, "stage": "primary", "history": [], **given,
    }  # fmt: skip


def test_window():
    """Open from the first to the last day, in China; only a rehearsal closes early."""
    assert rounds.is_open(a_round(), TODAY)
    assert not rounds.is_open(a_round(), date(2026, 12, 1))
    assert rounds.is_over(a_round(), NOON + timedelta(days=8))
    assert not rounds.is_over(a_round(), NOON)
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert not rounds.is_over(a_round(), midnight + timedelta(seconds=59))
    assert rounds.is_over(a_round(), midnight + timedelta(seconds=61))
    with pytest.raises(Conflict):
        rounds.closed_early(a_round(), {}, ["演练"], NOON)
    early = rounds.closed_early(a_round(rehearsal=True), {"name": "陈"}, ["演练"], NOON)
    assert rounds.is_over(early, NOON) and early["history"][-1]["reasons"] == ["演练"]


def test_age():
    """Six years by 31 August of the year of entry, to the day."""
    assert not list(rounds.age_faults(a_round(), date(2021, 8, 31)))
    assert [f.rule for f in rounds.age_faults(a_round(), date(2021, 9, 1))] == ["age"]
    assert [f.rule for f in rounds.age_faults(a_round(), date(2009, 1, 1))] == ["age"]
