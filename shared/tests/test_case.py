"""The lifecycle of a case: by the table, and however it is played."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.case import (
    NEW,
    ON_THE_DESK,
    PARTICIPLES,
    STATES,
    TABLE,
    deadlines,
    event_of,
    events_of,
    last_event,
    legal_move,
    legal_moves,
    move_of,
    moved,
    opened,
    pauses,
    told,
)
from shared.clock import GROUNDS, local_day
from shared.department.schemas import CaseFields
from shared.division import ancestors
from shared.errors import Conflict, IllegalMove
from shared.events import TYPE, Event, received

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CLERK = {"kind": "official", "account": "wang", "name": "王芳"}
NUMBER = "430104199001010019"

LIFE = {
    NEW: {"draft", "submit"},
    "draft": {"submit", "withdraw"},
    "submitted": {"accept", "return", "decline", "withdraw"},
    "returned": {"resubmit", "withdraw"},
    "accepted": {"start", "withdraw"},
    "processing": {"suspend", "extend", "approve", "refuse", "withdraw"},
    "suspended": {"resume"},
    "approved": {"deliver"},
    "refused": {"deliver"},
    "closed": {"reopen"},
    "declined": set(),
    "withdrawn": set(),
}
"""The life of a case as the service manual tells it."""


def a_case(**given: Any) -> dict[str, Any]:
    return opened(
        **{
            "id_": "5f0c7d6e-0000-5000-8000-000000000001",
            "item": "name-reservation",
            "item_version": 1,
            "department": "market-regulation",
            "division": "430104",
            "applicant": {"account": "zhang", "name": "张伟", "legal_person": None},
            "limits": {"statutory": 20, "promised": 5},
            "now": START,
            **given,
        }
    )


def said(action: str) -> dict[str, Any]:
    """What a move of that kind must say."""
    if action == "suspend":
        return {"ground": sorted(GROUNDS)[0], "notice": "notice 7"}
    if action in ("refuse", "decline"):
        return {"reasons": ["incomplete"]}
    return {}


def played(*actions: str, days: int = 0, case: dict[str, Any] | None = None) -> dict[str, Any]:
    """A case after `actions`, `days` apart."""
    case = case or a_case()
    for n, action in enumerate(actions):
        case = moved(case, action, CLERK, START + timedelta(days=days * n), **said(action))
    return case


def heard(envelope: Mapping[str, Any]) -> Event:
    """The event as a handler gets it."""
    return received(orjson.loads(orjson.dumps(envelope)), envelope["data"])


@pytest.mark.parametrize("state", LIFE)
def test_table(state: str) -> None:
    """The table says what the manual says: for each state the actions, for each action its end."""
    assert set(legal_moves(state)) == LIFE[state]
    for action, move in TABLE.items():
        if action in LIFE[state]:
            assert legal_move(state, action) is move
        else:
            with pytest.raises(IllegalMove) as refusal:
                legal_move(state, action)
            assert set(refusal.value.extensions["legal"]) == LIFE[state]


def test_names() -> None:
    """Every state is known, every participle makes an event type, every move is named twice."""
    assert {*STATES, NEW} == LIFE.keys()
    assert len(set(PARTICIPLES)) == len(TABLE) - 1
    assert all(TYPE.fullmatch(f"education.case.{m.participle}.v1") for m in TABLE.values())
    assert all(move.name.zh and str(move.name) for move in TABLE.values())
    assert all(move.who <= {"applicant", "official", "system"} for move in TABLE.values())
    assert all(bool(move.powers) == ("official" in move.who) for move in TABLE.values())


class Life(RuleBasedStateMachine):
    """Anybody tries anything at any time."""

    @initialize(action=st.sampled_from(["draft", "submit"]))
    def begin(self, action: str) -> None:
        self.now = START
        self.case: Mapping[str, Any] = moved(a_case(), action, CLERK, self.now)
        self.events = [last_event(self.case, "education")]

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule(choice=st.integers(0, 9))
    def go_on(self, choice: int) -> None:
        if legal := legal_moves(self.case["state"]):
            self.try_it(legal[choice % len(legal)])

    @rule(action=st.sampled_from(sorted(TABLE)))
    def try_it(self, action: str) -> None:
        before = orjson.dumps(self.case)
        state = self.case["state"]
        try:
            after = moved(self.case, action, CLERK, self.now, **said(action))
        except IllegalMove as refusal:
            assert action not in LIFE[state]
            assert set(refusal.extensions["legal"]) == LIFE[state]
        except Conflict:
            assert action == "extend"
        else:
            assert action in LIFE[state]
            assert after["state"] == TABLE[action].target
            self.events.append(last_event(after, "education"))
            assert orjson.dumps(self.case) == before
            self.case = after
            return
        assert orjson.dumps(self.case) == before

    @invariant()
    def history_is_whole(self) -> None:
        history = self.case["history"]
        assert [e["sequence"] for e in history] == list(range(1, len(history) + 1))
        states = [NEW, *(e["state"] for e in history)]
        for was, entry in zip(states, history, strict=False):
            assert entry["action"] in LIFE[was]
            assert entry["state"] == TABLE[entry["action"]].target
        assert history[-1]["state"] == self.case["state"]

    @invariant()
    def one_event_a_move(self) -> None:
        history = self.case["history"]
        assert [e["sequence"] for e in self.events] == [e["sequence"] for e in history]
        assert len({e["id"] for e in self.events}) == len(history)
        assert [e["data"]["action"] for e in self.events] == [e["action"] for e in history]
        for event, entry in zip(self.events, history, strict=True):
            again = event_of(self.case, "education", entry)
            assert again == event

    @invariant()
    def events_tell_the_case(self) -> None:
        if "received_on" not in self.case:
            assert events_of(self.case, "education") == []
            return
        moves = [move_of(heard(e)) for e in events_of(self.case, "education")]
        again = told([*reversed(moves), *moves], self.case["limits"])
        assert again["state"] == self.case["state"]
        assert {k: d.due for k, d in deadlines(again).items()} == {
            k: d.due for k, d in deadlines(self.case).items()
        }

    @invariant()
    def lists_are_true(self) -> None:
        state = self.case["state"]
        on_the_desk = state in ON_THE_DESK
        assert self.case.get("worklist") == (list(ancestors("430104")) if on_the_desk else None)
        assert ("deemed_after" in self.case) == (state == "submitted")

    @invariant()
    def pauses_are_in_order(self) -> None:
        taken = pauses(self.case)
        assert all(p.until_day is not None for p in taken[:-1])
        assert (self.case["state"] == "suspended") == any(p.until_day is None for p in taken)
        assert all(p.until_day is None or p.from_day <= p.until_day for p in taken)

    @invariant()
    def deadlines_explain_themselves(self) -> None:
        for kind, found in deadlines(self.case).items():
            assert kind in ("acceptance", "statutory", "promised", "delivery")
            orjson.dumps(found.explain(local_day(self.now)))


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase


def test_event_data() -> None:
    """Every event of a case fits what is published, and tells no name and no number of a person."""
    case = played(
        "draft", "submit", "return", "resubmit", "accept", "start", "suspend", "resume", "refuse",
        "deliver",
        case=a_case(applicant={"account": "zhang", "name": "张伟", "legal_person": None}),
    )  # fmt: skip
    for entry in case["history"]:
        told_ = event_of(case, "education", entry)
        assert CaseFields().validate(told_["data"]) == {}
        assert "张伟" not in orjson.dumps(told_).decode()


def test_number() -> None:
    """A case's number names its division and its day in China."""
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert a_case(now=late)["number"] == "430104-20261124-5F0C7D6E"


def test_receipt() -> None:
    """Receipt starts five working days for an answer; each resubmission starts them again."""
    case = played("submit")
    assert (case["received_on"], case["deemed_after"]) == ("2026-11-23", "2026-11-30")
    case = moved(played("return", case=case), "resubmit", CLERK, START + timedelta(days=3))
    assert (case["received_on"], case["deemed_after"]) == ("2026-11-26", "2026-12-03")


def test_deemed() -> None:
    """Silence counts as acceptance on the day of receipt (Licensing Law, Art. 32)."""
    later = START + timedelta(days=9)
    assert moved(played("submit"), "accept", CLERK, later)["accepted_on"] == "2026-12-02"
    deemed = moved(played("submit"), "accept", CLERK, later, deemed=True)
    assert deemed["accepted_on"] == "2026-11-23"
    assert last_event(deemed, "education")["data"]["deemed"] is True


def test_pause() -> None:
    """The clock stands from the day of suspension to the day before resumption."""
    case = played("submit", "accept", "start", "suspend", "resume", days=2)
    (pause,) = pauses(case)
    assert (pause.from_day, pause.until_day) == (date(2026, 11, 29), date(2026, 11, 30))
    assert pauses(played("submit", "accept", "start", "suspend", "resume")) == []


def test_reopened() -> None:
    """A reopened case is undecided."""
    case = played("submit", "accept", "start", "refuse", "deliver")
    assert case["decided_on"] == "2026-11-23"
    again = moved(case, "reopen", CLERK, START)
    assert "decided_on" not in again
    assert deadlines(again).keys() == {"acceptance", "statutory", "promised"}


def test_reopened_clock() -> None:
    """A reopened case is decided anew within the same limits, from the day it is reopened."""
    closed = played("submit", "accept", "start", "refuse", "deliver")
    case = moved(closed, "reopen", CLERK, START + timedelta(days=70))
    assert deadlines(case)["promised"].start == date(2027, 2, 1)


def test_extended() -> None:
    """The statutory limit is extended once, by ten days, and not after it has passed."""
    case = played("submit", "accept", "start")
    extended = moved(case, "extend", CLERK, START)
    assert deadlines(extended)["statutory"].days == deadlines(case)["statutory"].days + 10
    assert deadlines(extended)["promised"].due == deadlines(case)["promised"].due
    for late, at in ((extended, START), (case, START + timedelta(days=60))):
        with pytest.raises(Conflict) as refusal:
            moved(late, "extend", CLERK, at)
        assert refusal.value.type == "not-extensible"


def test_gap() -> None:
    """What comes before its cause waits for it."""
    moves = [move_of(heard(e)) for e in events_of(played("submit", "accept", "start"), "education")]
    assert told(moves[1:], {"statutory": 20, "promised": 5})["state"] == NEW
    assert told([moves[0], moves[2]], {"statutory": 20, "promised": 5})["state"] == "submitted"


def test_unknown_action() -> None:
    """An action that is not in the table is a mistake of ours, not a case's state."""
    with pytest.raises(KeyError):
        moved(a_case(), "shred", CLERK, START)
