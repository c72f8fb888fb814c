"""What a citizen reads of who read their data: all of it, and nobody else's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.exchange import ledger_schemas
from services.exchange.ledger import Ledger
from services.exchange.tests.province import Province, grant
from shared.errors import Invalid, NotFound, ServiceError
from shared.testing import a_call, person
from shared.tests.exchanging import LI, VAULT, ZHANG


class Identity:
    """Zhang and the ward Li."""

    def data_subjects(self, account: str, timeout: float) -> list[dict[str, str]]:
        if account != "zhang":
            return []
        return [
            {"relation": "self", "person": VAULT.lookup(ZHANG), "name": "张伟"},
            {"relation": "ward", "person": VAULT.lookup(LI), "name": "李娜"},
        ]


class Feedback:
    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def complain_of_data_use(self, **given: Any) -> dict[str, str]:
        self.made.append(given)
        return {"request": "20261123-ABC"}


class Desk(Ledger):
    def __init__(self, province: Province) -> None:
        self.store, self.identity, self.feedback = province.store, Identity(), Feedback()


@pytest.fixture
def province() -> Province:
    return Province()


def use(province: Province, **given: Any) -> Any:
    return province.use(id=str(uuid4()), **given)


def read(province: Province, caller: Any = None, **query: Any) -> Any:
    call = a_call(caller or person("zhang"), query={"limit": 50, **query})
    return Desk(province).my_data(call)


def test_complete(province: Province) -> None:
    """What is told is what the evidence says, to the last record, and fits its schema."""
    for number in (ZHANG, LI, ZHANG):
        use(province, key={"identity": number})
    with pytest.raises(ServiceError):
        use(province, purpose="curiosity")
    told = read(province).body["items"]
    mine = {VAULT.lookup(ZHANG), VAULT.lookup(LI)}
    due = [n for n, r in enumerate(province.records()) if mine & set(r["subjects"])]
    assert [one["index"] for one in told] == due[::-1] and len(due) >= 3
    assert not any(ledger_schemas.Reading().validate(one) for one in told)
    assert {a["name"] for one in told for a in one["about"]} == {"张伟", "李娜"}
    assert ZHANG not in str(told)


def test_nobody_elses(province: Province) -> None:
    """Another citizen is told nothing, not even that there is a record."""
    province.use()
    li = person("li")
    assert read(province, li).body["items"] == []
    with pytest.raises(NotFound):
        Desk(province).one_of_my_data(a_call(li), "0")


def test_pages(province: Province) -> None:
    """The list is paged from the newest backwards without gap or repeat; a strange cursor is
    refused."""
    for _ in range(5):
        use(province)
    seen, cursor = [], None
    for _ in range(5):
        page = read(province, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["index"] for one in page.body["items"]]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [4, 3, 2, 1, 0]
    with pytest.raises(Invalid):
        read(province, cursor="WyJ2YWx1ZSIsICJ4IiwgInkiXQ")


def test_batch(province: Province) -> None:
    """A key of a batch is as good as a query: its person sees the reading."""
    province.put("grants", grant(kinds=["batch"]))
    use(province, kind="batch", key=None, keys=[{"identity": ZHANG}, {"identity": LI}])
    [told] = read(province).body["items"]
    assert told["kind"] == "batch" and len(told["about"]) == 2


def test_complaint(province: Province) -> None:
    """A complaint goes to the authority that read, with the record named."""
    province.use()
    desk = Desk(province)
    call = a_call(person("zhang"), body={"description": "为什么？"}, id="c-1")
    reply = desk.complain_of_reading(call, "0")
    assert reply.body["href"] == "/feedback/requests/20261123-ABC"
    [made] = desk.feedback.made
    assert made["about"]["department"] == "education" and made["about"]["record"].startswith("0:")
    assert (made["key"], made["account"]) == ("c-1", "zhang")
    with pytest.raises(NotFound):
        desk.complain_of_reading(call, "7")
