"""What administrators do."""

from typing import Any

import pytest

from services.identity.tools import Tools
from services.identity.usecases import accounts, passwords, registration
from services.identity.usecases import sessions as signing_in
from shared.errors import Conflict, Forbidden, IllegalMove, NotFound, Stale
from shared.events import derived_id
from shared.testing import FakeStore, a_call, an_official

ROOT = an_official("root", "430000", "platform", "administer")
YUHUA = an_official("yuhua", "430111", "market-regulation", "administer")
FORM = {
    "name": "王受理",
    "phone": "13900000001",
    "password": "first-river-11",
    "department": "market-regulation",
    "division": "430104",
    "powers": ["accept", "review"],
}
WHY = {"reason": "工作调整"}


@pytest.fixture
def official(store: FakeStore, tools: Tools) -> Any:
    """An official with a provisional password."""
    return registration.appoint(store, tools, a_call(ROOT, body=FORM, digest="d1"))


def sign_in(store: FakeStore, tools: Tools, password: str) -> dict[str, Any]:
    """Sign in as the official."""
    body = {"login": FORM["phone"], "password": password}
    return signing_in.sign_in(store, tools, a_call(body=body))


def test_provisional(store: FakeStore, tools: Tools, official: Any) -> None:
    """An official must change the password that the administrator knows."""
    assert sign_in(store, tools, "first-river-11")["password_change_required"]
    caller = an_official(official["_id"], "430104", "market-regulation")
    body = {"current_password": "first-river-11", "new_password": "second-river-22"}
    passwords.change(store, tools, a_call(caller, body=body))
    assert not sign_in(store, tools, "second-river-22")["password_change_required"]


def test_given_password(store: FakeStore, tools: Tools, official: Any) -> None:
    """A password that was given again is provisional again."""
    body = {"password": "third-river-33", **WHY}
    call = a_call(ROOT, body=body, if_match=official["version"])
    accounts.give_password(store, tools, call, official["_id"])
    assert sign_in(store, tools, "third-river-33")["password_change_required"]


def test_outside(store: FakeStore, tools: Tools, official: Any) -> None:
    """An official of elsewhere does not exist for an administrator, nor can one be made there."""
    with pytest.raises(NotFound):
        accounts.one(store, a_call(YUHUA), official["_id"])
    with pytest.raises(Forbidden):
        registration.appoint(store, tools, a_call(YUHUA, body=FORM, id=derived_id("x")))


def test_stale(store: FakeStore, official: Any) -> None:
    """A move is about the version that was read."""
    with pytest.raises(Stale):
        accounts.move(store, a_call(ROOT, body=WHY, if_match=7), official["_id"], "suspend")


def test_suspend_and_back(store: FakeStore, official: Any) -> None:
    """Both are told to the world, once each; the history says who and why."""
    for version, action in enumerate(("suspend", "reinstate"), 1):
        call = a_call(ROOT, body=WHY, if_match=version)
        account = accounts.move(store, call, official["_id"], action)
    assert [(line["by"], line["reason"]) for line in account["history"][1:]] == [
        ("root", "工作调整")
    ] * 2
    assert [e["type"].split(".")[2] for e in store.sent] == [
        "registered",
        "suspended",
        "reinstated",
    ]


def test_not_oneself(store: FakeStore, official: Any) -> None:
    """Nobody suspends or promotes themself."""
    own = an_official(official["_id"], "430000", "platform", "administer")
    call = a_call(own, body=WHY, if_match=official["version"])
    with pytest.raises(Forbidden):
        accounts.move(store, call, official["_id"], "suspend")


def test_reassign(store: FakeStore, official: Any) -> None:
    """The new place is in force, the old one in the history; a citizen has no place."""
    body = {"department": "health", "division": "430111", "powers": ["approve"], **WHY}
    call = a_call(ROOT, body=body, if_match=official["version"])
    account = accounts.reassign(store, call, official["_id"])
    assert (account["department"], account["areas"]) == ("health", ["430111", "430100", "430000"])
    assert account["history"][-1]["details"]["before"]["department"] == "market-regulation"


def test_list(store: FakeStore, official: Any) -> None:
    """A list shows the officials of the subtree, to those who look after them."""
    query = {"limit": 10}
    assert [a["_id"] for a in accounts.officials(store, a_call(ROOT, query=query)).items] == [
        official["_id"]
    ]
    assert accounts.officials(store, a_call(YUHUA, query=query)).items == []
    with pytest.raises(NotFound):
        accounts.officials(store, a_call(YUHUA, query={"limit": 10, "division": "430104"}))


def test_phone_taken(store: FakeStore, tools: Tools, official: Any) -> None:
    """One phone signs in to one account."""
    with pytest.raises(Conflict):
        registration.appoint(store, tools, a_call(ROOT, body=FORM, id=derived_id("other")))


def test_reinstate_active(store: FakeStore, official: Any) -> None:
    """Who is active cannot be reinstated."""
    call = a_call(ROOT, body=WHY, if_match=official["version"])
    with pytest.raises(IllegalMove):
        accounts.move(store, call, official["_id"], "reinstate")
