"""The inbox, and the same live: what people and desks are told, once and in order."""

from __future__ import annotations

import pytest

from tests.journeys import enterprise
from tests.journeys import feedback as steps
from tests.journeys.enterprise import Offices
from tests.journeys.people import Person, ok, problem


def test_inbox(zhang: Person, li: Person) -> None:
    """Every move of a case is told its applicant, once; read is read; nobody else sees it."""
    before = ok(zhang.get("/feedback/me/notices/unread"))
    case = steps.closed_case(zhang)
    steps.told(zhang, "enterprise.case.closed", case)
    mine = [n for n in steps.notices(zhang) if case in n["about"]]
    kinds = {n["kind"].rpartition(".")[2] for n in mine}
    assert kinds == {"submitted", "accepted", "started", "approved", "closed"}
    assert len(mine) == len(kinds) and not any(n["read"] for n in mine)
    assert not [n for n in steps.notices(li) if case in n["about"]]
    after = ok(zhang.get("/feedback/me/notices/unread"))
    assert after["unread"] == before["unread"] + 5 or after["more"]
    one = ok(zhang.post("/feedback/me/notices/read", json={"ids": [mine[0]["id"]]}))
    assert one["unread"] == after["unread"] - 1
    all_ = ok(zhang.post("/feedback/me/notices/read", json={"up_to": after["last_event_id"]}))
    assert all_["unread"] == 0
    assert all(n["read"] for n in steps.notices(zhang))


def test_pages(zhang: Person) -> None:
    """The inbox is read page by page, the newest first, each notice once."""
    steps.told(zhang, "enterprise.case.closed", steps.closed_case(zhang))
    seen = [n["id"] for page in zhang.pages("/feedback/me/notices?limit=3") for n in page]
    assert len(seen) == len(set(seen)) >= 5
    whole = [n["id"] for page in zhang.pages("/feedback/me/notices?limit=100") for n in page]
    assert seen == whole


def test_stream(zhang: Person) -> None:
    """What comes is streamed; who lost the connection goes on where they were: nothing twice."""
    start = ok(zhang.get("/feedback/me/notices/unread"))["last_event_id"]
    case = steps.closed_case(zhang)
    first = steps.stream(zhang, start, 2)
    rest = steps.stream(zhang, first[-1][0], 3)
    kinds = [data["kind"].rpartition(".")[2] for _, data in (*first, *rest)]
    assert sorted(kinds) == sorted(["submitted", "accepted", "started", "approved", "closed"])
    assert all(case in data["about"] for _, data in (*first, *rest))
    ids = [data["id"] for _, data in (*first, *rest)]
    assert len(set(ids)) == 5
    polled = zhang.get(f"/feedback/me/events?last_event_id={start}")
    assert list(steps.parsed(iter(polled.content.splitlines()))) == [*first, *rest]
    problem(zhang.get("/feedback/me/events?last_event_id=x"), 422)


def test_desks(zhang: Person, offices: Offices, elsewhere: Person) -> None:
    """A new application is told the desk that has to accept it, and whoever may."""
    form = enterprise.establishment(zhang)
    start = ok(offices.clerk.get("/feedback/me/notices/unread"))["last_event_id"]
    case = enterprise.submit(zhang, "establishment", form)
    notice = steps.told(offices.clerk, "enterprise.case.submitted", case)
    assert notice["needs"] == ["accept"]
    assert case in str(steps.stream(offices.clerk, start, 1))
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
