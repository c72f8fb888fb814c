"""The inbox, and the same live: what people and desks are told, once and in order."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.journeys import enterprise
from tests.journeys import feedback as steps
from tests.journeys.enterprise import Offices
from tests.journeys.people import Person, ok, problem

MOVES = ["accepted", "approved", "closed", "started", "submitted"]
"""What is told of an application that runs through its whole life at once."""


def test_inbox(citizen: Person, li: Person) -> None:
    """Every move of a case is told its applicant, once; read is read; nobody else sees it."""
    case = steps.closed_case(citizen)
    mine = steps.told_moves(citizen, len(MOVES))
    assert sorted(n["kind"].rpartition(".")[2] for n in mine) == MOVES
    assert all(case in n["about"] for n in mine) and not any(n["read"] for n in mine)
    assert not [n for n in steps.notices(li) if case in n["about"]]
    after = ok(citizen.get("/feedback/me/notices/unread"))
    assert after["unread"] == len(MOVES)
    one = ok(citizen.post("/feedback/me/notices/read", json={"ids": [mine[0]["id"]]}))
    assert one["unread"] == after["unread"] - 1
    all_ = ok(citizen.post("/feedback/me/notices/read", json={"up_to": after["last_event_id"]}))
    assert all_["unread"] == 0
    assert all(n["read"] for n in steps.notices(citizen))


def test_pages(citizen: Person) -> None:
    """The inbox is read page by page, the newest first, each notice once."""
    steps.closed_case(citizen)
    whole = [n["id"] for n in steps.told_moves(citizen, len(MOVES))]
    seen = [n["id"] for page in citizen.pages("/feedback/me/notices?limit=3") for n in page]
    assert len(set(seen)) == len(MOVES) and seen == whole


def test_stream(citizen: Person) -> None:
    """What comes is streamed; who lost the connection goes on where they were: nothing twice."""
    start = ok(citizen.get("/feedback/me/notices/unread"))["last_event_id"]
    case = steps.closed_case(citizen)
    first = [*islice(steps.stream(citizen, start), 2)]
    rest = [*islice(steps.stream(citizen, first[-1][0]), 3)]
    kinds = [data["kind"].rpartition(".")[2] for _, data in (*first, *rest)]
    assert sorted(kinds) == MOVES
    assert all(case in data["about"] for _, data in (*first, *rest))
    ids = [data["id"] for _, data in (*first, *rest)]
    assert len(set(ids)) == len(MOVES)
    polled = citizen.get(f"/feedback/me/events?last_event_id={start}")
    assert list(steps.parsed(iter(polled.content.splitlines()))) == [*first, *rest]
    problem(citizen.get("/feedback/me/events?last_event_id=x"), 422)


def test_desks(zhang: Person, offices: Offices, elsewhere: Person) -> None:
    """A new application is told the desk that has to accept it, and whoever may."""
    form = enterprise.establishment(zhang)
    start = ok(offices.clerk.get("/feedback/me/notices/unread"))["last_event_id"]
    case = enterprise.submit(zhang, "establishment", form)
    notice = steps.told(offices.clerk, "enterprise.case.submitted", case)
    assert notice["needs"] == ["accept"]
    streamed = steps.stream(offices.clerk, start)  # what belongs to other cases may come first
    assert next(data for _, data in streamed if case in data["about"])["needs"] == ["accept"]
    for person in (offices.chief, elsewhere):
        assert not [n for n in steps.notices(person) if case in n["about"]]


def test_no_mail_server(zhang: Person) -> None:
    """Without a mail server an address is not taken, and that is said."""
    problem(zhang.put("/feedback/me/email", json={"address": "a@example.com"}), 409)
    problem(zhang.get("/feedback/me/email"), 404)


@pytest.mark.parametrize(
    "path", ["/feedback/me/notices", "/feedback/me/events", "/feedback/requests"]
)
def test_signed_in(anyone: Person, path: str) -> None:
    """What is one's own is nobody's without a token."""
    problem(anyone.get(path), 401)
