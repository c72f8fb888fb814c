"""Whatever people do, and in whatever order events come: one place for a child, seats kept."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.education.tests.office import CHIEF, ZHANG, Office, child
from services.education.usecases import moving, rounds
from shared.errors import Conflict, IllegalMove, Invalid, Unavailable
from shared.events import received

CHILDREN = 7
ACTS = ("accept", "decline", "object_to", "answer", "grant", "lapse", "withdraw", "finish")
FITS = {
    "accept": lambda e: e["state"] == "offered",
    "decline": lambda e: e["state"] == "offered",
    "object_to": lambda e: e["state"] in ("waiting", "offered"),
    "answer": lambda e: "contested" in e,
}
"""Whom an act is meant for; the others for anybody."""


class Disorder(Office):
    """Events come late, twice, and in any order."""

    def __init__(self, chance):
        super().__init__()
        self.chance = chance
        self.late = []

    def listen(self):
        """Hear some of what was told; the rest is late."""
        self.late += self.store.sent[self.heard :]
        self.heard = len(self.store.sent)
        for _ in range(self.chance.randint(0, 4)):
            self.hear_one()

    def hear_one(self):
        if self.late:
            told = self.chance.choice(self.late)
            try:
                self.hears.get(told["type"], lambda e: None)(received(told, told["data"]))
            except Unavailable:
                return
            if self.chance.random() < 0.7:
                self.late.remove(told)

    def settle(self):
        """All is heard in the end."""
        while self.late or self.heard < len(self.store.sent):
            self.listen()
            self.hear_one()


def whole(office, round_):
    """Seats, holders and offers agree; no seat is free while somebody waits and the round moves."""
    enrolments = office.store["enrolments"].find({"round": round_})
    moving_ = office.store["rounds"].require(round_)["state"] == "published"
    for school in rounds.schools(office.store, round_):
        has = {
            e["_id"]
            for e in enrolments
            if e["state"] in ("offered", "admitted") and e["offer"]["school"] == school["code"]
        }
        extra = len({one["enrolment"] for one in school["extra"]} & has)
        assert set(school["holders"]) == has
        assert len(has) <= school["capacity"] + extra
        assert not (moving_ and school["waiting"] and len(has) < school["capacity"])
        assert school["taken"] == len(has) and school["queued"] == len(school["waiting"])


def act(office, round_, cases, number, what, upheld):
    fits = [c for c in cases if FITS.get(what, lambda e: True)(office.of(c))]
    if not fits:
        return
    case = fits[number % len(fits)]
    if what == "lapse":
        office.pass_days(3)
        moving.lapse(office.store, office.now)
    elif what == "withdraw":
        office.withdraw(case)
    elif what == "finish":
        office.finish(round_)
    else:
        office.act(
            case,
            what,
            CHIEF if what in ("grant", "answer") else ZHANG,
            body(office, case, what, upheld),
        )


def body(office, case, what, upheld):
    if what == "object_to":
        first = office.of(case)["choices"][0]
        return {"school": first, "claimed_class": "household", "grounds": "x"}
    if what == "grant":
        return {"school": office.chance.choice(["YL-01", "YL-02", "YL-03"]), "reasons": ["x"]}
    remedy = office.chance.choice(["rank-anew", "extra-place"])
    return {"upheld": upheld, "reasons": ["x"], "class": "household", "remedy": remedy}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(
        st.tuples(st.integers(0, CHILDREN - 1), st.sampled_from(ACTS), st.booleans()), max_size=25
    ),
)
def test_disorder(seed, acts):
    """After any acts with any delays, schools and children agree, and cases with them."""
    chance = random.Random(seed)
    office = Disorder(chance)
    round_ = office.round(capacity=1)
    schools = ["YL-01", "YL-02", "YL-03"]
    cases = [
        office.enter(round_, child(n), choices=chance.sample(schools, chance.randint(1, 3)))
        for n in range(CHILDREN)
    ]
    office.settle()
    office.draw(round_)
    while office.store["rounds"].require(round_)["state"] != "published":
        office.listen()
    for number, what, upheld in acts:
        try:
            act(office, round_, cases, number, what, upheld)
        except (Conflict, IllegalMove, Invalid):
            continue
    office.settle()
    whole(office, round_)
    for case in cases:
        state = office.of(case)["state"]
        kept = office.store["cases"].require(case["_id"])["state"]
        expected = {"admitted": {"closed"}, "ended": {"closed"}, "withdrawn": {"withdrawn"}}
        assert kept in expected.get(state, {"accepted", "processing"}), (state, kept)
