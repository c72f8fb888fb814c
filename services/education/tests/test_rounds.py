"""A round from its announcement to its end, with all that parents and officials do in it."""

import copy
import json

import pytest

from services.education import recompute
from services.education.domain import record
from services.education.domain.allocation import commitment
from services.education.tests.office import (
    CHIEF,
    CLERK,
    ELSEWHERE,
    LI,
    SEED,
    TERMS,
    ZHANG,
    Office,
    child,
)
from services.education.usecases import answering, moving, rounds, settling
from shared.department import usecases
from shared.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale
from shared.events import event, received
from shared.testing import NOON, FakeStore

ELSE = {"household": {"division": "430111"}, "home": None}
"""A household outside every catchment."""


@pytest.fixture
def office():
    return Office()


def two(office, **changes):
    """Two children want one place; who is in the catchment gets it. (first, second, round)"""
    round_ = office.round()
    first = office.enter(round_, child(1), **changes)
    second = office.enter(round_, child(2), LI, **ELSE)
    office.draw(round_)
    return first, second, round_


def rules(refused):
    return [error.rule for error in refused.value.errors]


def test_admitted(office):
    """A child of the catchment gets the place; the acceptance closes the case with a notice."""
    first, second, round_ = two(office)
    assert office.state(first) == "offered accepted" and office.state(second) == "waiting accepted"
    office.act(first, "accept")
    assert office.state(first) == "admitted closed"
    result = office.store["cases"].require(first["_id"])["result"]
    assert result["school"] == "YL-01" and result["notice"].startswith("430104-2027-")
    office.finish(round_)
    assert office.state(second) == "ended closed"
    case = office.store["cases"].require(second["_id"])
    refusal = next(e for e in case["history"] if e["action"] == "refuse")
    assert "YL-01" in refusal["reasons"][0]["zh"] and "第十二条" in refusal["reasons"][1]["zh"]


def test_declined(office):
    """A place that is declined goes to the next child, who is told; the first one is refused."""
    first, second, _ = two(office)
    office.act(first, "decline")
    assert office.state(first) == "ended closed"
    assert office.of(second)["offer"]["school"] == "YL-01"
    told = [e["data"] for e in office.store.sent if e["type"] == "education.notice.issued.v1"]
    assert told[-1]["account"] == "li" and "YL-01" in told[-1]["body"]["zh"]


def test_lapsed(office):
    """A place nobody answers goes to the next child after its last day, not before."""
    first, second, _ = two(office)
    office.pass_days(7)
    assert moving.lapse(office.store, office.now) == 0
    office.pass_days(1)
    with pytest.raises(Conflict):
        office.act(first, "accept")
    assert moving.lapse(office.store, office.now) == 1
    office.listen()
    assert office.state(first) == "ended closed" and office.state(second) == "offered accepted"
    assert moving.lapse(office.store, office.now) == 0


def test_withdrawn(office):
    """Who withdraws the application gives the place back."""
    first, second, _ = two(office)
    office.withdraw(first)
    assert office.state(first) == "withdrawn withdrawn"
    assert office.state(second) == "offered accepted"


def test_withdrawn_before(office):
    """Who withdraws before the draw is not in it, and may apply again."""
    round_ = office.round()
    office.withdraw(office.enter(round_, child(1)))
    again = office.enter(round_, child(1))
    office.draw(round_)
    assert office.state(again) == "offered accepted"


def test_better_choice(office):
    """A better choice that comes free replaces an unanswered offer, whose place moves on."""
    round_ = office.round()
    near = office.enter(round_, child(1))
    far = office.enter(round_, child(2), LI, choices=["YL-01", "YL-02"], **ELSE)
    last = office.enter(round_, child(3), LI, choices=["YL-02"], **ELSE)
    office.draw(round_)
    offers = {office.of(case).get("offer", {}).get("school") for case in (far, last)}
    assert offers in ({"YL-02", None}, {None, "YL-02"})
    office.act(near, "decline")
    assert office.of(far)["offer"]["school"] == "YL-01"
    assert office.of(last)["offer"]["school"] == "YL-02"


def test_final(office):
    """Who has accepted stays; a better place that comes free goes to somebody else."""
    round_ = office.round()
    near = office.enter(round_, child(1))
    far = office.enter(round_, child(2), LI, choices=["YL-01", "YL-02"], **ELSE)
    office.draw(round_)
    office.act(far, "accept", LI)
    office.act(near, "decline")
    assert office.of(far)["offer"]["school"] == "YL-02"
    assert office.school(round_, "YL-01")["holders"] == {}


OBJECTION = {"school": "YL-01", "claimed_class": "household", "grounds": "户口在学区内"}


def test_ranked_anew(office):
    """An upheld objection puts the child where the right class belongs on the waiting list."""
    round_ = office.round()
    first = office.enter(round_, child(1))
    others = [office.enter(round_, child(n), LI, **ELSE) for n in (2, 3, 4)]
    office.draw(round_)
    line = office.school(round_, "YL-01")["waiting"]
    last = next(c for c in others if office.of(c)["_id"] == line[-1][2])
    office.act(last, "object_to", LI, OBJECTION)
    assert answering.contested(office.store, office.call(CHIEF), round_)
    answer = {"upheld": True, "reasons": ["属实"], "class": "household", "remedy": "rank-anew"}
    office.act(last, "answer", CHIEF, answer)
    assert office.school(round_, "YL-01")["waiting"][0][2] == office.of(last)["_id"]
    office.act(first, "decline")
    assert office.of(last)["offer"]["school"] == "YL-01"


def test_extra_place(office):
    """Or gives a place beyond capacity, with the reasons on record; nobody loses theirs."""
    first, second, round_ = two(office)
    office.act(second, "object_to", LI, OBJECTION)
    answer = {"upheld": True, "reasons": ["漏核户籍"], "class": "household-and-home",
              "remedy": "extra-place"}  # fmt: skip
    office.act(second, "answer", CHIEF, answer)
    assert office.state(first) == "offered accepted" and office.state(second) == "offered accepted"
    school = office.school(round_, "YL-01")
    assert len(school["holders"]) == 2 and school["extra"][0]["reasons"] == ["漏核户籍"]


def test_reopened(office):
    """Whoever was refused and is right after all gets a place beyond capacity, and the notice."""
    first, second, round_ = two(office)
    office.act(first, "accept")
    office.finish(round_)
    body = {"school": "YL-02", "reasons": ["投诉成立"]}
    with pytest.raises(Conflict):
        office.act(second, "grant", CHIEF, body)
    upheld = {"service": "education", "case": second["_id"], "reasons": ["漏核"]}
    usecases.reopen(office.desk, received(told_of(upheld), upheld), office.now)
    with pytest.raises(Invalid):
        office.act(second, "grant", CHIEF, {**body, "school": "YL-99"})
    office.act(second, "grant", CHIEF, body)
    assert office.state(second) == "offered processing"
    office.act(second, "accept", LI)
    assert office.state(second) == "admitted closed"
    assert office.store["cases"].require(second["_id"])["result"]["school"] == "YL-02"


def test_too_late(office):
    """Who was accepted too late for the draw can be given a place beyond capacity, and after it."""
    round_ = office.round()
    case = office.apply(round_, child(1))
    office.move(case, "return", CLERK, {"missing": ["户口簿"]})
    body = {"school": "YL-02", "reasons": ["派位后受理"]}
    office.pass_days(8)
    with pytest.raises(Conflict):
        office.act(case, "grant", CHIEF, body)
    office.draw(round_)
    kept = office.store["cases"].require(case["_id"])
    office.store["cases"].save(kept, {**kept, "state": "accepted"})
    office.act(case, "grant", CHIEF, body)
    office.act(case, "accept")
    assert office.state(case) == "admitted closed"


def told_of(data):
    return event("feedback.complaint.upheld.v1", "c", 1, data, NOON)


def contested(office):
    """Somebody who objects while holding a lesser offer: (round, the other, the objector)."""
    round_ = office.round()
    near = office.enter(round_, child(1))
    far = office.enter(round_, child(2), LI, choices=["YL-01", "YL-02"], **ELSE)
    office.draw(round_)
    office.act(far, "object_to", LI, OBJECTION)
    return round_, near, far


def test_contested(office):
    """While an objection is open the offer does not lapse and the round does not finish."""
    round_, near, far = contested(office)
    office.act(near, "accept")
    office.pass_days(30)
    assert moving.lapse(office.store, office.now) == 0
    with pytest.raises(Conflict):
        office.finish(round_)
    office.act(far, "answer", CHIEF, {"upheld": False, "reasons": ["不属实"]})
    office.act(far, "accept", LI)
    assert office.state(far) == "admitted closed"


def test_moot(office):
    """An objection about a school that gives a place meanwhile is over."""
    _, near, far = contested(office)
    office.act(near, "decline")
    assert office.of(far)["offer"]["school"] == "YL-01"
    assert office.of(far)["objection"]["state"] == "moot"
    with pytest.raises(Conflict):
        office.act(far, "answer", CHIEF, {"upheld": False, "reasons": ["不属实"]})


def test_last_day(office):
    """After its last day a round ends by itself; a late answer is still an answer."""
    first, second, _ = two(office)
    office.pass_days(70)
    assert rounds.finish_due(office.store, office.now) == 1
    office.listen()
    assert office.state(second) == "ended closed"
    assert moving.lapse(office.store, office.now) == 1
    office.listen()
    assert office.state(first) == "ended closed"
    assert rounds.finish_due(office.store, office.now) == 0


def test_refused_applications(office):
    """Not at the wrong age, twice, late, or for no school."""
    round_ = office.round()
    with pytest.raises(Invalid) as refused:
        office.apply(round_, child(1, 2022))
    assert rules(refused) == ["age"]
    with pytest.raises(Invalid) as refused:
        office.apply(round_, child(1), choices=["YL-09", "YL-09", "YL-01", "YL-02"])
    assert rules(refused) == ["unique", "most", "school", "school"]
    office.apply(round_, child(1))
    with pytest.raises(Invalid) as refused:
        office.apply(round_, child(1), LI)
    assert rules(refused) == ["applied-already"]
    office.pass_days(7)
    with pytest.raises(Invalid) as refused:
        office.apply(round_, child(2))
    assert rules(refused) == ["window"]


def items_enrolment():
    from services.education.items import ENROLMENT

    return ENROLMENT


def test_same_request(office):
    """The same application again is the same case."""
    round_ = office.round()
    office.guard(ZHANG, child(1))
    body = {"item": "education-enrolment", "division": "430104",
            "form": office.form(round_, child(1))}  # fmt: skip
    call = office.call(ZHANG, body=body)
    first = usecases.apply(office.desk, call)
    assert usecases.apply(office.desk, call)["_id"] == first["_id"]


def test_returned(office):
    """What was returned can be corrected after the window, until the draw."""
    round_ = office.round()
    case = office.apply(round_, child(1))
    office.move(case, "return", CLERK, {"missing": ["户口簿"]})
    office.pass_days(8)
    version = office.store["cases"].require(case["_id"])["version"]
    form = office.form(round_, child(1), choices=["YL-02"])
    call = office.call(ZHANG, body={"form": form}, if_match=version)
    usecases.resubmit(office.desk, call, case["_id"])
    with pytest.raises(Conflict) as refused:
        office.freeze(round_)
    assert refused.value.extensions == {"applications": 1}
    office.move(case, "accept", CLERK)
    office.freeze(round_)
    office.listen()
    assert office.of(case)["offer"]["school"] == "YL-02"


def test_returned_meanwhile(office, monkeypatch):
    """A correction is taken though the enrolment moves on (it hears of the return) meanwhile."""
    round_ = office.round()
    case = office.apply(round_, child(1))
    office.move(case, "return", CLERK, {"missing": ["户口簿"]})
    enrolments = office.store["enrolments"]
    look, moved = enrolments.get, []

    def moving_on(id_: str):
        found = look(id_)
        if found is not None and not moved:
            moved.append(True)
            enrolments.save(found, {**found})
        return found

    monkeypatch.setattr(enrolments, "get", moving_on)
    version = office.store["cases"].require(case["_id"])["version"]
    form = office.form(round_, child(1), choices=["YL-02"])
    call = office.call(ZHANG, body={"form": form}, if_match=version)
    usecases.resubmit(office.desk, call, case["_id"])
    assert moved and office.of(case)["choices"] == ["YL-02"]


def test_unheard(office):
    """What is accepted is in the draw, heard of or not; what is unanswered hinders it."""
    round_ = office.round()
    cases = [office.apply(round_, child(n)) for n in (1, 2)]
    office.pass_days(8)
    for waiting, case in ((2, cases[0]), (1, cases[1])):
        with pytest.raises(Conflict) as refused:
            office.freeze(round_)
        assert refused.value.extensions == {"applications": waiting}
        call = office.call(CLERK, body={}, if_match=1)
        usecases.move(office.desk, call, case["_id"], "accept")
    office.freeze(round_)
    office.store.sent[:] = [e for e in office.store.sent if ".case." not in e["type"]]
    office.heard = 0
    office.listen()
    assert sorted(office.of(case)["state"] for case in cases) == ["offered", "waiting"]


def test_terms(office):
    """Terms are in order, by officials of the district, and fixed once they are announced."""
    with pytest.raises(Forbidden):
        rounds.make(office.store, office.call(ELSEWHERE, body=TERMS))
    for wrong in (
        {"closes_on": "2026-11-01"}, {"ends_on": "2026-11-24"}, {"year": 2031},
        {"classes": ["other", "household"]},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            rounds.make(office.store, office.call(CHIEF, body={**TERMS, **wrong}))
    empty = rounds.make(office.store, office.call(CHIEF, body=TERMS))
    with pytest.raises(NotFound):
        rounds.read(office.store, None, empty["_id"])
    with pytest.raises(Conflict):
        rounds.announce(office.store, None, office.call(CHIEF, if_match=1), empty["_id"])
    round_ = office.round()
    with pytest.raises(Stale):
        rounds.put_schools(office.store, office.call(CHIEF, body={}, if_match=1), round_)
    with pytest.raises(Conflict):
        rounds.put_schools(office.store, office.call(CHIEF, body={}, if_match=3), round_)


def test_window(office):
    """No draw while the window is open; only a rehearsal closes early, with reasons."""
    round_ = office.round()
    with pytest.raises(Conflict):
        office.freeze(round_)
    body = {"reasons": ["演练需要"]}
    with pytest.raises(Conflict):
        rounds.close(office.store, office.call(CHIEF, body=body, if_match=3), round_)
    drill = office.round(rehearsal=True)
    rounds.close(office.store, office.call(CHIEF, body=body, if_match=3), drill)
    office.freeze(drill)
    office.listen()
    assert office.store["rounds"].require(drill)["state"] == "published"
    assert office.store["rounds"].require(drill)["history"][1]["reasons"] == ["演练需要"]


def test_guarded(office):
    """Officials cannot decide or suspend an application past its round."""
    first, _, round_ = two(office)
    case = office.store["cases"].require(first["_id"])
    for action in ("approve", "refuse", "suspend"):
        with pytest.raises(Conflict):
            settling.guard(office.store, case, action)
    settling.guard(office.store, case, "start")
    with pytest.raises(IllegalMove):
        office.freeze(round_)


def test_whose(office):
    """An enrolment is its guardian's and the district's, and nobody else's."""
    first, _, round_ = two(office)
    for nobody in (LI, ELSEWHERE):
        with pytest.raises(NotFound):
            answering.read(office.store, office.call(nobody), office.of(first)["_id"])
    with pytest.raises(NotFound):
        office.act(first, "accept", LI)
    with pytest.raises(NotFound):
        answering.contested(office.store, office.call(ELSEWHERE), round_)
    assert answering.read(office.store, office.call(CLERK), office.of(first)["_id"])


def test_new_guardian(office):
    """Who is the guardian today answers, and not who was when the child was entered."""
    first, _, _ = two(office)
    ward = office.store["wards"].find({"guardian": "zhang"})[0]
    office.store["wards"].save(ward, {**ward, "until_day": "2026-11-30"})
    with pytest.raises(NotFound):
        office.act(first, "accept")
    office.guard(LI, child(1))
    office.act(first, "accept", LI)
    assert office.state(first) == "admitted closed"


def test_elsewhere(office):
    """One place for a child in a year: no second round while the first is open or has given one."""
    here, there = office.round(), office.round()
    first = office.enter(here, child(1))
    with pytest.raises(Invalid) as refused:
        office.apply(there, child(1))
    assert rules(refused) == ["applied-elsewhere"]
    office.withdraw(first)
    assert office.apply(there, child(1))["state"] == "submitted"
    assert office.apply(office.round(rehearsal=True), child(1))["state"] == "submitted"


def test_record(office, tmp_path, capsys, monkeypatch):
    """Anybody proves the draw from its public record, and any change of it shows."""
    first, _, round_ = two(office)
    stored = office.store["rounds"].require(round_)
    assert stored["seed"]["hash"] == commitment(SEED)
    told = json.loads(rounds.public_record(office.store, None, round_))
    assert record.digest(told) == stored["record_digest"]
    assert record.digest(told["round"]) == stored["terms_digest"]
    assert "430104" + "2020" not in json.dumps(told)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["recompute", str(file), office.of(first)["_id"]])
    assert recompute.main() == 0
    assert "place at YL-01" in capsys.readouterr().out
    for path, value in (
        (("seed",), "0" * 64), (("places",), {}), (("round", "year"), 2028), (("waiting",), {}),
        (("applications", 0, "choices"), []),
    ):  # fmt: skip
        changed = copy.deepcopy(told)
        at = changed
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        assert not recompute.verdict(changed)[0], path


def test_not_drawn_yet(office):
    """Before the draw there is no record and no seed."""
    round_ = office.round()
    with pytest.raises(Conflict):
        rounds.public_record(office.store, None, round_)
    assert "revealed" not in office.store["rounds"].require(round_)


class Crash(Exception):
    """The process dies."""


class CrashingStore(FakeStore):
    """Dies at the write whose turn it is."""

    def __init__(self):
        super().__init__()
        self.left = None

    def __getitem__(self, name):
        repository = super().__getitem__(name)
        if not hasattr(repository, "whole"):
            repository.whole = repository._written
            repository._written = lambda *given: (self._count(), repository.whole(*given))[1]
        return repository

    def _count(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Crash


def outcome(office, cases):
    return [(office.state(c), office.of(c).get("offer", {}).get("school")) for c in cases]


def drawn(crash_at):
    """A drawn round of seven children, whose draw dies at that write and is begun anew."""
    office = Office(CrashingStore())
    round_ = office.round(capacity=1)
    choices = ["YL-01", "YL-02", "YL-03"]
    cases = [office.enter(round_, child(n), choices=choices) for n in range(7)]
    office.withdraw(cases[0])
    office.pass_days(8)
    office.freeze(round_)
    office.store.left = crash_at
    died = False
    try:
        office.listen()
    except Crash:
        died = True
        office.store.left = None
        office.heard -= 1
        office.listen()
    office.store.left = None
    return office, round_, cases, died


def test_crashes():
    """Wherever the draw dies and begins anew, the outcome is the same, and told once."""
    office, round_, cases, _ = drawn(None)
    whole = outcome(office, cases)
    ids = [event["id"] for event in office.store.sent]
    assert len(ids) == len(set(ids))
    assert sum(state.startswith("offered") for state, _ in whole) == 3
    for turn in range(100):
        office, round_, cases, died = drawn(turn)
        if not died:
            break
        assert outcome(office, cases) == whole
        assert len({e["id"] for e in office.store.sent}) == len(office.store.sent)
        held = [s["holders"] for s in rounds.schools(office.store, round_)]
        assert all(len(h) <= 1 for h in held)
    assert turn > 8
