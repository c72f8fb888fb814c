"""Who acts for a legal person."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import legal_persons as rules
from shared.errors import Conflict, Forbidden, Invalid, NotFound

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CODE = "91430104MA4L00001X"
ZHANG = rules.Person("zhang", "张伟", "4301**********0019")
LI = rules.Person("li", "李娜", "4301**********0029")


def company(representative: rules.Person = ZHANG, sequence: int = 1) -> rules.Document:
    """A registered company."""
    return rules.bound(None, registered(representative, sequence), NOW)


def registered(representative: rules.Person = ZHANG, sequence: int = 1) -> rules.Registered:
    """What the register tells."""
    return rules.Registered(CODE, "长沙星火科技有限公司", representative, sequence)


def order(scope: str = "apply", until: str | None = None, **changed: Any) -> rules.Appointment:
    """An order to appoint 李娜."""
    return rules.Appointment("a1", LI, [scope], until, "digest")._replace(**changed)


def test_representative() -> None:
    """The representative may do everything, others nothing."""
    assert rules.scopes_of(company(), "zhang", TODAY) == ("all", "apply", "view")
    assert rules.scopes_of(company(), "li", TODAY) == ()


def test_agent() -> None:
    """An agent may do what was granted, up to the last day, inclusive."""
    after = rules.appoint(company(), "zhang", order(until="2026-03-31"), NOW, TODAY)
    assert rules.scopes_of(after, "li", date(2026, 3, 31)) == ("apply", "view")
    assert rules.scopes_of(after, "li", date(2026, 4, 1)) == ()
    assert after["people"] == ["li", "zhang"]


def test_only_representative() -> None:
    """An agent, even for everything, appoints nobody; a stranger learns nothing."""
    after = rules.appoint(company(), "zhang", order("all"), NOW, TODAY)
    third = order(agent=rules.Person("wang", "王五", "masked"), id="a2")
    with pytest.raises(Forbidden):
        rules.appoint(after, "li", third, NOW, TODAY)
    with pytest.raises(NotFound):
        rules.appoint(after, "wang", third, NOW, TODAY)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (order("everything"), Invalid),
        (order(until="2026-03-01"), Invalid),
        (order(agent=ZHANG), Conflict),
    ],
)
def test_bad_order(wrong: rules.Appointment, error: type[Exception]) -> None:
    """Unknown scopes, days that are over and people who act already are refused."""
    with pytest.raises(error):
        rules.appoint(company(), "zhang", wrong, NOW, TODAY)


def test_revoked() -> None:
    """A revoked agent may nothing, is kept in the record, and revoking again changes nothing."""
    with_agent = rules.appoint(company(), "zhang", order(), NOW, TODAY)
    after = rules.revoke(with_agent, "zhang", "a1", NOW, TODAY)
    assert rules.scopes_of(after, "li", TODAY) == ()
    assert (after["people"], len(after["agents"])) == (["zhang"], 1)
    assert rules.revoke(after, "zhang", "a1", NOW, TODAY) == after


def test_resigns() -> None:
    """An agent may end their own appointment."""
    with_agent = rules.appoint(company(), "zhang", order(), NOW, TODAY)
    assert rules.revoke(with_agent, "li", "a1", NOW, TODAY)["people"] == ["zhang"]


def test_new_representative() -> None:
    """With a new representative the old one may nothing; agents of the company stay."""
    with_agent = rules.appoint(company(), "zhang", order(), NOW, TODAY)
    wang = rules.Person("wang", "王五", "masked")
    after = rules.bound(with_agent, registered(wang, 2), NOW)
    assert rules.scopes_of(after, "zhang", TODAY) == ()
    assert rules.scopes_of(after, "li", TODAY) == ("apply", "view")


def test_ended() -> None:
    """Nobody acts for a legal person that is no more."""
    after = rules.ended(company(), CODE, 2, NOW)
    assert rules.scopes_of(after, "zhang", TODAY) == ()
    assert after["people"] == []


def heard(record: rules.Document | None, event: tuple[int, str]) -> rules.Document | None:
    """`record` after an event: (sequence, representative or "" for the end)."""
    sequence, who = event
    if not rules.is_news(record, sequence):
        return record
    if not who:
        return rules.ended(record, CODE, sequence, NOW)
    return rules.bound(record, registered(rules.Person(who, who, ""), sequence), NOW)


EVENTS = [(1, "zhang"), (2, "li"), (3, "zhang"), (4, "")]


@given(st.permutations([*EVENTS, *EVENTS]))
def test_any_order(events: list[tuple[int, str]]) -> None:
    """However late and often events come, the last word is the latest one."""
    record = None
    for event in events:
        record = heard(record, event)
    assert record and (record["status"], record["people"]) == ("ended", [])


def test_acts_for() -> None:
    """Only legal persons one may do something for are named."""
    other = {**company(LI), "_id": "other"}
    assert [a.code for a in rules.acts_for([company(), other], "zhang", TODAY)] == [CODE]
