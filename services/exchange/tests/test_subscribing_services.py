"""Services follow records: by what their mixin gives them, against the exchange's own use cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import pytest

from services.exchange.domain import subscriptions as rules
from services.exchange.tests.province import CONSUMER, Province, grant
from services.exchange.tests.test_subscribing import change, hear, notices, refused
from services.exchange.usecases import feeding, subscribing
from services.exchange.usecases.office import Signature
from shared.errors import ServiceError, Unavailable
from shared.exchange.answers import Change
from shared.exchange.client import Client
from shared.exchange.follower import read_on
from shared.testing import FakeStore
from shared.tests.exchanging import HOUSEHOLDS, LI, OFFICE, ZHANG

KEYS = [{"identity": number} for number in (ZHANG, LI)]
FOR: dict[str, Any] = {
    "fields": ("number",),
    "purpose": "enrolment",
    "case": "education/1",
    "item": "school-enrolment",
}


class Line:
    """The exchange as a service reaches it; fails as it is told, before or after the work."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.failures: list[ServiceError] = []

    def __call__(
        self, method: str, request: Mapping[str, Any], signature: str, timeout: float
    ) -> Mapping[str, Any]:
        assert timeout > 0
        work: Mapping[str, Callable[..., dict[str, Any]]] = {
            "subscribe": subscribing.opened,
            "subscription": feeding.read,
            "changes": feeding.changes,
            "unsubscribe": feeding.unsubscribed,
        }
        answer = work[method](self.province.office, request, Signature(signature))
        if self.failures:
            raise self.failures.pop()
        return answer


@pytest.fixture
def province() -> Province:
    return Province()


@pytest.fixture
def line(province: Province) -> Line:
    return Line(province)


def office(line: Line) -> Client:
    """The school office's own side."""
    numbers: Iterator[int] = count(1)
    return Client(
        consumer=CONSUMER,
        signer=OFFICE,
        ask=line,
        grants=lambda resource, fresh: (grant(),),
        now=line.province.clock,
        new_id=lambda: f"request-{next(numbers)}",
        new_salt=lambda: f"{next(numbers):032x}",
        pause=lambda seconds: None,
    )


class Reader:
    """A service that keeps what it is handed, and can die after it has."""

    def __init__(self, line: Line) -> None:
        self.office, self.store = office(line), FakeStore()
        self.seen: list[tuple[int, str]] = []
        self.lost = 0
        self.dies = 0

    def changed(self, subscription: str, one: Change) -> None:
        self.seen.append((one.number, one.key["identity"]))
        self.dies -= 1
        if self.dies == 0:
            raise Unavailable()

    def gap(self, subscription: str) -> None:
        self.lost += 1

    def hear(self, told: Mapping[str, Any]) -> None:
        handlers = (self.changed, self.gap)
        read_on(self.store, self.office, told["subject"], told["sequence"], *handlers)


def test_followed(province: Province, line: Line) -> None:
    """A service opens, is told, reads what has changed, and ends; whatever gets lost on the way."""
    own = office(line)
    line.failures = [Unavailable()]
    opened = own.subscribe(HOUSEHOLDS.code, KEYS, **FOR)
    hear(province, change(1, ZHANG))
    line.failures = [Unavailable()]
    found = own.changes(opened.id)
    assert [(one.number, one.key, list(one.fields)) for one in found.changes] == [
        (1, KEYS[0], ["number"])
    ]
    assert own.subscription(opened.id).number == 1
    line.failures = [Unavailable()]
    assert own.unsubscribe(opened.id).state == "ended"
    assert refused(lambda: own.changes(opened.id)) == "subscription-ended"
    kept = [outcome for outcome in province.outcomes() if not outcome.startswith("refused")]
    assert kept == ["opened", "noticed", "ended"]


def test_handed_over(province: Province, line: Line) -> None:
    """Notices in any order, repeated, and a service that dies over one: each change is handed over,
    in order, and twice only where it died."""
    reader = Reader(line)
    opened = reader.office.subscribe(HOUSEHOLDS.code, KEYS, **FOR)
    hear(province, change(1, ZHANG), change(2, LI), change(3, ZHANG))
    first, second, third = notices(province)
    reader.hear(second)
    reader.hear(first)
    reader.dies = 1
    hear(province, change(4, LI))
    with pytest.raises(Unavailable):
        reader.hear(notices(province)[-1])
    for told in (notices(province)[-1], third, first):
        reader.hear(told)
    assert reader.seen == [(1, ZHANG), (2, LI), (3, ZHANG), (4, LI), (4, LI)]
    assert reader.store["sharing_cursors"].require(opened.id)["after"] == 4


def test_gap(province: Province, line: Line) -> None:
    """A gap is handed over as such, before what follows it."""
    reader = Reader(line)
    opened = reader.office.subscribe(HOUSEHOLDS.code, KEYS, **FOR)
    found = province.store["subscriptions"].require(opened.id)
    province.store["subscriptions"].save(found, rules.withheld(found))
    hear(province, change(1, LI))
    reader.hear(notices(province)[-1])
    assert (reader.lost, reader.seen) == (1, [])
    hear(province, change(2, LI))
    reader.hear(notices(province)[-1])
    assert (reader.lost, reader.seen) == (1, [(3, LI)])


def test_over(province: Province, line: Line) -> None:
    """A notice of what has ended meanwhile is nothing to handle."""
    reader = Reader(line)
    opened = reader.office.subscribe(HOUSEHOLDS.code, KEYS, **FOR)
    hear(province, change(1, LI))
    told = notices(province)
    province.put("grants", grant(state="revoked"))
    reader.hear(told[0])
    province.put("grants", grant())
    reader.office.unsubscribe(opened.id)
    reader.hear(told[0])
    assert reader.seen == []
