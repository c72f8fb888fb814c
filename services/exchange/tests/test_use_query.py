"""A query and a verification, from the signed request to the receipt: what gets through, what is
refused by which type, and that the log knows of all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import pytest

from services.exchange.domain.record import answered
from services.exchange.domain.record import asked as asked_by
from services.exchange.tests.evidence import Away, Failing
from services.exchange.tests.province import (
    CONSUMER,
    MEMBER,
    PROVIDER,
    Province,
    grant,
    node,
    resource,
)
from services.exchange.usecases import using
from services.exchange.usecases.office import Signature
from shared.errors import Conflict, ServiceError, Unavailable
from shared.exchange.messages import (
    ANSWER,
    REQUEST,
    digest,
    instant,
    signable,
    signable_request,
    verified,
)
from shared.testing import FakeStore
from shared.tests.exchanging import FORMER, LI, NOBODY, NODE, OFFICE, VAULT, ZHANG


@pytest.fixture
def province() -> Province:
    return Province()


def refused(work: Callable[[], Any]) -> str:
    """The type by which `work` is refused."""
    with pytest.raises(ServiceError) as error:
        work()
    return error.value.type


def test_query(province: Province) -> None:
    """An answer comes with its origin and the receipt of a record that is in the log."""
    answer = province.use()
    assert (answer["found"], answer["data"]) == (True, {"number": "H-1"})
    assert (answer["provider"], answer["resource"], answer["version"]) == (
        PROVIDER,
        "household-register",
        1,
    )
    [record] = province.records()
    receipt = answer["receipt"]
    assert (receipt["request"], receipt["attempt"], receipt["index"]) == (record["id"], 1, 0)


def test_record(province: Province) -> None:
    """A record says who asked whom for what, on which ground, about whom, and proves both
    messages without holding them."""
    answer = province.use(fields=["members", "number"])
    [record] = province.records()
    request = province.request(fields=["members", "number"])
    content = {name: answer[name] for name in ("found", "data", "holds")}
    key = {"key": request["key"], "keys": None, "claims": None}
    assert record["request"] == digest(record["request_salt"], key)
    assert record["response"] == digest(record["salt"], content)
    consumer, provider = record["consumer_signature"], record["provider_signature"]
    assert verified(REQUEST, asked_by(record), consumer, OFFICE.public)
    assert verified(ANSWER, answered(record), provider, NODE.public)
    assert (record["consumer_kid"], record["provider_kid"]) == (OFFICE.kid, NODE.kid)
    assert record["subjects"] == sorted([VAULT.lookup(ZHANG), VAULT.lookup(LI)])
    for name in ("grant", "purpose", "item", "case", "resource", "fields", "consumer"):
        assert record[name] == request[name]
    assert (record["provider"], record["version"], record["count"]) == (PROVIDER, 1, 1)
    assert not [told for told in (ZHANG, LI, "H-1") if told in str(record)]


def test_not_found(province: Province) -> None:
    """That somebody is not in a register is an answer, with a record about that person."""
    answer = province.use(key={"identity": NOBODY})
    assert (answer["found"], answer["data"]) == (False, None)
    [record] = province.records()
    assert record["outcome"] == "not-found"
    assert record["subjects"] == [VAULT.lookup(NOBODY)]


def test_verify(province: Province) -> None:
    """A verification says yes or no; what it was about is in the record, the claim is not."""
    asked = {"kind": "verify", "fields": ["number"]}
    answer = province.use(**asked, claims={"number": "H-1"})
    assert (answer["holds"], answer["data"]) == (True, None)
    other = {"id": "other", "claims": {"number": "H-2"}}
    assert province.use(**asked, **other)["holds"] is False
    assert "H-1" not in str(province.records())


def test_by_token(province: Province) -> None:
    """A system over HTTP is known by its token; the record keeps which, and each repeat is the
    next attempt."""
    first = province.use_by_token(attempt=None, at=None)
    [record] = province.records()
    assert record["token"] == {"client_id": "education", "jti": "jti-1"}
    assert record["consumer_signature"] is None
    assert province.use_by_token()["receipt"] == first["receipt"]
    assert refused(lambda: province.use_by_token("another")) == "signature-invalid"


def test_narrow(province: Province) -> None:
    """The provider is asked for the fields of the request, not for those of the grant."""
    province.use(fields=["number"])
    assert [order["fields"] for order in province.line.orders] == [["number"]]


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"grant": "grant-9"}, "grant-unknown"),
    ({"resource": "tax-register"}, "grant-unknown"),
    ({"purpose": "statistics"}, "purpose-not-granted"),
    ({"item": "student-aid"}, "item-not-granted"),
    ({"item": None}, "item-not-granted"),
    ({"fields": ["number", "address"]}, "fields-not-granted"),
    ({"kind": "verify", "fields": ["address"], "claims": {"address": "x"}}, "fields-not-granted"),
    ({"key": {"number": "H-1"}}, "invalid"),
    ({"key": {"identity": ZHANG, "number": "H-1"}}, "invalid"),
    ({"key": {"identity": "1"}}, "invalid"),
    ({"key": None}, "invalid"),
    ({"claims": {"number": "H-1"}}, "invalid"),
    ({"kind": "verify", "claims": {"number": "1"}, "fields": ["members"]}, "invalid"),
    ({"kind": "erase"}, "invalid"),
    ({"fields": []}, "invalid"),
    ({"fields": ["number", "number"]}, "invalid"),
    ({"extra": 1}, "invalid"),
]


@pytest.mark.parametrize(("change", "type_"), REFUSALS)
def test_refused(province: Province, change: dict[str, Any], type_: str) -> None:
    """What the grant or the resource does not allow is refused by its type, nothing is read, and
    the log has an entry of the refusal."""
    assert refused(lambda: province.use(**change)) == type_
    assert province.outcomes() == [f"refused:{type_}"]
    assert all(order["key"] == {"identity": "1"} for order in province.line.orders)


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"state": "revoked"}, "grant-revoked"),
        ({"until_day": "2026-11-22"}, "grant-expired"),
        ({"kinds": ["batch"]}, "kind-not-granted"),
        ({"consumer": "GOV/health/*"}, "grant-unknown"),
        ({"resource_version": 2}, "resource-unknown"),
        ({"quota": {"amount": 0, "period": "total"}}, "quota-exhausted"),
    ],
)
def test_grant(province: Province, change: dict[str, Any], type_: str) -> None:
    """A grant that was revoked, has ended, or is another's, opens nothing from that moment on."""
    province.use()
    province.put("grants", grant(**change))
    assert refused(lambda: province.use(id="another")) == type_
    assert province.outcomes() == ["answered", f"refused:{type_}"]
    assert len(province.line.orders) == 1


def test_withdrawn(province: Province) -> None:
    """A resource that is not published any more is unknown."""
    province.put("resources", resource(state="withdrawn"))
    assert refused(province.use) == "resource-unknown"


@pytest.mark.parametrize("seconds", [-61, 61])
def test_skew(province: Province, seconds: int) -> None:
    """A request whose time is more than a minute away from ours is refused; within it is not."""
    told = instant(province.clock() + timedelta(seconds=seconds))
    assert refused(lambda: province.use(at=told)) == "clock-skew"
    assert province.outcomes() == ["refused:clock-skew"]
    within = instant(province.clock() + timedelta(seconds=seconds * 59 // 61))
    assert province.use(at=within)["found"]


def test_replayed(province: Province) -> None:
    """The same message again is refused, and says which attempt was the last."""
    province.use()
    with pytest.raises(Conflict) as error:
        province.use()
    assert (error.value.type, error.value.extensions["attempt"]) == ("replayed", 1)
    assert province.outcomes() == ["answered", "refused:replayed"]
    assert len(province.line.orders) == 1


def test_replayed_at_once(province: Province) -> None:
    """The same message at two instances at the same time is answered once."""
    instances = [province.process() for _ in range(4)]

    def outcome(office: Any) -> str:
        try:
            return str(province.use(office=office)["found"])
        except ServiceError as error:
            return error.type

    threads = [eventlet.spawn(outcome, office) for office in instances]
    assert sorted(thread.wait() for thread in threads) == ["True", *["replayed"] * 3]
    assert province.outcomes().count("answered") == 1


def test_same_id(province: Province) -> None:
    """Another request under an id that was used is refused."""
    province.use()
    assert refused(lambda: province.use(attempt=2, fields=["members"])) == "idempotency-key-reused"


def test_same_id_of_another(province: Province) -> None:
    """One consumer's ids are nothing to another's."""
    province.use()
    province.put("nodes", node("GOV/health", "health", FORMER))
    other = {"consumer": "GOV/health/health", "grant": "grant-2"}
    province.put("grants", grant(_id="grant-2", consumer="GOV/health/*"))
    assert province.use(FORMER, **other)["found"]


def test_repeat(province: Province) -> None:
    """A repeat with the same answer is answered under the record there is, and not counted again;
    where the answer has changed, it has a record of its own."""
    province.put("grants", grant(quota={"amount": 1, "period": "day"}))
    first = province.use()
    province.later(5)
    assert province.use(attempt=2)["receipt"] == first["receipt"]
    assert province.outcomes() == ["answered"]
    province.put("grants", grant())
    province.line.register.resources = ()  # type: ignore[misc]
    assert refused(lambda: province.use(attempt=3)) == "provider-invalid"
    del province.line.register.resources
    assert province.use(attempt=4)["receipt"] == first["receipt"]


def test_two_attempts_at_once(province: Province) -> None:
    """Of two attempts under way at once, at several instances, one has a record; the next attempt
    is answered under it."""
    first: list[dict[str, Any]] = []
    other = province.process()

    def overtaken(answer: dict[str, Any]) -> dict[str, Any]:
        if not first:
            first.append({})
            first[0] = province.use(office=other)
        return answer

    province.line.spoil = overtaken
    assert refused(lambda: province.use(attempt=2)) == "replayed"
    assert province.use(attempt=3)["receipt"] == first[0]["receipt"]
    assert province.outcomes() == ["answered", "refused:replayed"]


def test_repeat_of_a_changed_answer(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer has changed since, a repeat is a use of its own, with a salt of its own."""
    from shared.tests import exchanging

    first = province.use()
    moved = {**exchanging.ROWS, ZHANG: {**exchanging.ROWS[ZHANG], "number": "H-2"}}
    monkeypatch.setattr(exchanging, "ROWS", moved)
    second = province.use(attempt=2)
    assert second["data"] == {"number": "H-2"}
    assert second["receipt"]["index"] == first["receipt"]["index"] + 1
    one, two = province.records()
    assert one["salt"] != two["salt"] and one["id"] == two["id"]


def test_quota(province: Province) -> None:
    """A quota lets its amount through and no more, whatever comes at once, at several instances."""
    province.put("grants", grant(quota={"amount": 5, "period": "day"}))
    instances = [province.process() for _ in range(3)]

    def outcome(n: int) -> str:
        try:
            return str(province.use(office=instances[n % 3], id=f"use-{n}")["found"])
        except ServiceError as error:
            return error.type

    threads = [eventlet.spawn(outcome, n) for n in range(20)]
    outcomes = [thread.wait() for thread in threads]
    assert outcomes.count("True") == 5
    assert outcomes.count("quota-exhausted") == 15
    assert province.outcomes().count("answered") == 5
    assert province.outcomes().count("refused:quota-exhausted") == 15


def forged(province: Province) -> list[tuple[str, Callable[[], Any]]]:
    """By what is wrong: somebody who is not whom the request names."""
    request = province.request()
    told = signable_request(request)
    signed = OFFICE.sign(REQUEST, told)
    altered = {**request, "fields": ["members"]}

    def send(asked: dict[str, Any], signature: Any) -> Callable[[], Any]:
        return lambda: using.use(province.office, asked, Signature(signature))

    return [
        ("another's key", send(request, FORMER.sign(REQUEST, told))),
        ("provider's key", send(request, NODE.sign(REQUEST, told))),
        ("altered", send(altered, signed)),
        ("another context", send(request, OFFICE.sign(ANSWER, told))),
        ("no signature", send(request, "")),
        ("nothing", send(request, None)),
    ]


def test_forged(province: Province) -> None:
    """A request that its sender has not signed is refused; the log keeps what was sent by its
    digest, believes none of it, and the named node sees that it was tried."""
    for what, send in forged(province):
        assert refused(send) == "signature-invalid", what
    assert set(province.outcomes()) == {"refused:signature-invalid"}
    assert len(province.records()) == len(forged(province))
    for record in province.records():
        assert (record["consumer"], record["kind"], record["grant"]) == (CONSUMER, "unread", None)
    assert not province.line.orders


def test_cross_signed(province: Province) -> None:
    """The key of one subsystem does not sign for another of the same member."""
    province.put("nodes", node(MEMBER, "archive", OFFICE))
    assert refused(province.use) == "signature-invalid"


def test_key_out_of_use(province: Province) -> None:
    """A key that was replaced signs nothing any more."""
    one = node(MEMBER, "education", OFFICE)
    one["keys"][0]["until"] = province.clock() - timedelta(seconds=1)
    province.put("nodes", one)
    assert refused(province.use) == "signature-invalid"


@pytest.mark.parametrize("state", ["planned", "testing", "suspended"])
def test_node(province: Province, state: str) -> None:
    """A node that is not connected, or not known, uses nothing."""
    province.put("nodes", node(MEMBER, "education", OFFICE, state=state))
    assert refused(province.use) == "node-not-connected"
    assert refused(lambda: province.use(consumer="GOV/nobody/x")) == "node-not-connected"
    assert province.outcomes() == ["refused:node-not-connected"] * 2


@pytest.mark.parametrize("given", [None, [], "x", {}, {"consumer": 1}, {"consumer": "../x"}])
def test_nobody(province: Province, given: Any) -> None:
    """A message that names no consumer is refused; there is nobody whose log it would be in."""
    work = lambda: using.use(province.office, given, Signature("x"))  # noqa: E731
    assert refused(work) == "invalid"
    assert province.outcomes() == []


SPOILT: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda answer: {**answer, "data": {"number": "H-9"}},
    lambda answer: {**answer, "data": {**answer["data"], "address": "x"}},
    lambda answer: {**answer, "digest": "0" * 64},
    lambda answer: {**answer, "request": "another"},
    lambda answer: {**answer, "attempt": 2},
    lambda answer: {**answer, "node": "GOV/health"},
    lambda answer: {**answer, "at": "2026-11-23T03:00:00.000Z"},
    lambda answer: {**answer, "at": "yesterday"},
    lambda answer: {**answer, "found": "yes"},
    lambda answer: {**answer, "holds": True},
    lambda answer: {**answer, "signature": ""},
    lambda answer: {name: value for name, value in answer.items() if name != "digest"},
    lambda answer: {},
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_spoilt_answer(
    province: Province, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """An answer that was changed on its way, is another's, or tells more than was ordered, is not
    released; the log has an entry of the failure."""
    province.line.spoil = spoil
    assert refused(province.use) == "provider-invalid"
    assert province.outcomes() == ["failed:provider-invalid"]


@pytest.mark.parametrize("more", [{"address": "x"}, {"number": "H-1", "remarks": "x"}])
def test_widened_answer(province: Province, more: dict[str, str]) -> None:
    """A provider that tells more than was ordered, properly signed, is not believed either."""

    def widened(answer: dict[str, Any]) -> dict[str, Any]:
        content = {"found": True, "data": more, "holds": None}
        told = {**answer, **content, "digest": digest(province.line.orders[-1]["salt"], content)}
        return {**told, "signature": NODE.sign(ANSWER, signable(told))}

    province.line.spoil = widened
    assert refused(province.use) == "provider-invalid"


def test_forged_provider(province: Province) -> None:
    """An answer that another node has signed is none."""
    province.line.spoil = lambda answer: {
        **answer,
        "signature": OFFICE.sign(ANSWER, signable(answer)),
    }
    assert refused(province.use) == "provider-invalid"


def test_provider_away(province: Province) -> None:
    """A provider that is away is said to be, at once and with an entry; when it is back, the same
    question is answered."""
    province.line.away = True
    with pytest.raises(Unavailable) as error:
        province.use()
    assert error.value.type == "provider-unavailable"
    province.line.away = False
    assert province.use(attempt=2)["found"]
    assert province.outcomes() == ["failed:provider-unavailable", "answered"]


def test_provider_suspended(province: Province) -> None:
    """A provider that does not take part is not asked."""
    province.put("nodes", node(PROVIDER, "household", NODE, state="suspended"))
    assert refused(province.use) == "provider-unavailable"
    assert not province.line.orders


def test_signs_of_life(province: Province) -> None:
    """What a provider did is counted with its node."""
    province.use()
    province.line.away = True
    refused(lambda: province.use(id="another"))
    province.office.pulse.write(province.store)  # type: ignore[attr-defined]
    [hour] = province.store["pulses"].get(PROVIDER)["hours"].values()
    assert (hour["answered"], hour["failed"]) == (1, 1)


def test_no_log(province: Province) -> None:
    """Where the log cannot be written nothing is released, not even a refusal."""
    office = province.process()
    office.log._store = office.log._follower._store = Away()  # type: ignore[attr-defined]
    for asked in ({}, {"purpose": "statistics"}):
        with pytest.raises(Unavailable):
            province.use(office=office, **asked)


@pytest.mark.parametrize("done", [False, True])
def test_killed(done: bool) -> None:
    """An exchange that dies while it writes, before or after: the consumer asks again, and there
    is one record, for the answer that it got."""
    store = FakeStore()
    province = Province(store)
    dying = province.process()
    broken = Failing(store, 1, done=done, error=Unavailable(), dies=True)
    dying.log._store = dying.log._follower._store = broken  # type: ignore[attr-defined]
    with pytest.raises(ServiceError):
        _within_a_second(lambda: province.use(office=dying))
    alive = province.process()
    answer = province.use(office=alive, attempt=2)
    [record] = province.records()
    assert record["outcome"] == "answered"
    assert (answer["receipt"]["request"], answer["receipt"]["index"]) == (record["id"], 0)


def _within_a_second(work: Callable[[], Any]) -> Any:
    with eventlet.Timeout(1, Unavailable()):
        return work()
