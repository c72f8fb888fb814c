"""Accounts, their history, and what their tokens say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import accounts, tokens
from shared.access import Caller
from shared.errors import Forbidden, IllegalMove, Invalid

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PERSONAL = accounts.Personal(["l1", "l2"], "p1", {"phone": b"x"}, {"phone": "138****0001"})
POST = accounts.Assignment("market-regulation", "430104", ["review", "accept"])
ISSUE = tokens.Issue("https://issuer", "platform", "t1", NOW)


def citizen() -> accounts.Document:
    """A registered citizen."""
    return accounts.person("a1", "张伟", PERSONAL, "$argon2id$", NOW)


def official() -> accounts.Document:
    """An official who has chosen their own password."""
    fresh = accounts.official("o1", "王受理", PERSONAL, "$", POST, by="admin", now=NOW)
    return accounts.with_password(fresh, "$argon2id$", NOW)


def administrator(department: str = "platform", division: str = "430000") -> Caller:
    """An administrator."""
    powers = frozenset({"administer"})
    return Caller("admin", "official", "管理员", division, department, powers)


def test_moves() -> None:
    """Suspending and reinstating end all sessions, and an illegal move names the legal one."""
    out = accounts.moved(citizen(), "suspend", accounts.Entry("suspended", "admin", "why"), NOW)
    assert (out["status"], out["epoch"]) == ("suspended", 1)
    with pytest.raises(IllegalMove) as refusal:
        accounts.moved(out, "suspend", accounts.Entry("suspended", "admin"), NOW)
    assert refusal.value.extensions["legal"] == ["reinstate"]
    back = accounts.moved(out, "reinstate", accounts.Entry("reinstated", "admin"), NOW)
    assert (back["status"], back["epoch"]) == ("active", 2)


CHANGES = {
    "suspend": lambda a: accounts.moved(a, "suspend", accounts.Entry("suspended", "x"), NOW),
    "reinstate": lambda a: accounts.moved(a, "reinstate", accounts.Entry("reinstated", "x"), NOW),
    "password": lambda a: accounts.with_password(a, "$", NOW),
    "reassign": lambda a: accounts.reassigned(a, POST, accounts.Entry("reassigned", "x"), NOW),
}


@given(st.lists(st.sampled_from(sorted(CHANGES))))
def test_history_grows(steps: list[str]) -> None:
    """What is in the history stays; each change adds one entry, numbered without gaps."""
    account = official()
    for step in steps:
        before = account["history"]
        try:
            account = CHANGES[step](account)
        except IllegalMove:
            continue
        assert account["history"][:-1] == before
    numbers = [line["number"] for line in account["history"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_citizen_not_assigned() -> None:
    """A citizen cannot be given an office."""
    with pytest.raises(IllegalMove):
        accounts.reassigned(citizen(), POST, accounts.Entry("reassigned", "admin"), NOW)


@pytest.mark.parametrize(
    ("caller", "changed", "error"),
    [
        (administrator(), {}, None),
        (administrator(division="430100"), {}, None),
        (administrator(division="430200"), {}, Forbidden),
        (administrator("market-regulation"), {}, None),
        (administrator("health"), {}, Forbidden),
        (administrator(), {"powers": ["administer"]}, None),
        (administrator("market-regulation"), {"powers": ["administer"]}, Forbidden),
        (administrator(), {"powers": ["reign"]}, Invalid),
    ],
)
def test_administers(
    caller: Caller, changed: dict[str, Any], error: type[Exception] | None
) -> None:
    """An administrator appoints in their own subtree and department; the platform's in all."""
    assignment = POST._replace(**changed)
    if error is None:
        accounts.check_administrator(caller, assignment)
    else:
        with pytest.raises(error):
            accounts.check_administrator(caller, assignment)


def test_claims() -> None:
    """The standard claims, ten minutes, and no personal number."""
    said = tokens.claims(official(), [tokens.ActsFor("9143", ("view",))], ISSUE)
    assert (said["iss"], said["sub"], said["aud"], said["jti"]) == (
        "https://issuer",
        "o1",
        "platform",
        "t1",
    )
    assert said["exp"] - said["iat"] == tokens.LIFETIME.total_seconds()
    assert said["powers"] == ["accept", "review"]
    assert said["legal_persons"] == [{"code": "9143", "scopes": ["view"]}]


def test_provisional() -> None:
    """Who uses a password that somebody else gave has no powers."""
    fresh = accounts.official("o1", "王受理", PERSONAL, "$", POST, by="admin", now=NOW)
    assert tokens.claims(fresh, [], ISSUE)["powers"] == []


def test_chosen() -> None:
    """A token names the legal persons that were asked for, and never too many."""
    many = [tokens.ActsFor(f"{n:018}", ("view",)) for n in range(80)]
    assert len(tokens.chosen(many, None)) == tokens.MOST_LEGAL_PERSONS
    assert tokens.chosen(many, [many[70].code]) == [many[70]]
    assert tokens.chosen(many, ["someone else's"]) == []
