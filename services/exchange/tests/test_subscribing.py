"""Subscriptions: who may follow what, what they are told, and what is on record of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import auditing, batch
from services.exchange.domain import subscriptions as rules
from services.exchange.domain.subscriptions import Hit
from services.exchange.tests.evidence import Failing
from services.exchange.tests.province import CONSUMER, MEMBER, PROVIDER, Province, grant
from services.exchange.usecases import feeding, my_data, noticing, subscribing
from services.exchange.usecases.office import Office, Signature, Token
from shared.errors import Gone, Invalid, ServiceError, Unavailable
from shared.events import Event, received
from shared.exchange.changes import Changed, record_changed
from shared.exchange.messages import REQUEST, Signer, instant, signable_request
from shared.testing import NOON
from shared.tests.exchanging import HOUSEHOLDS, LI, NOBODY, NODE, OFFICE, VAULT, ZHANG

KEYS = [{"identity": number} for number in (ZHANG, LI)]
SALT = "5a" * 16


@pytest.fixture
def province() -> Province:
    return Province()


def follow(province: Province, office: Office | None = None, **given: Any) -> dict[str, Any]:
    """A subscription of the school office."""
    asked = {"kind": "subscribe", "key": None, "keys": KEYS, "id": "follow-1", **given}
    request = province.request(**asked)
    signature = Signature(OFFICE.sign(REQUEST, signable_request(request)))
    return subscribing.opened(office or province.office, request, signature)


def message(province: Province, kind: str, id_: str, **given: Any) -> dict[str, Any]:
    named = {"kind": kind, "consumer": CONSUMER, "subscription": id_, "salt": SALT}
    return {**named, "at": instant(province.clock()), **given}


def signed(given: dict[str, Any], signer: Signer = OFFICE) -> Signature:
    return Signature(signer.sign(REQUEST, signable_request(given)))


def feed(province: Province, id_: str, after: int = 0, limit: int = 100) -> dict[str, Any]:
    asked = message(province, "changes", id_, after=after, limit=limit)
    return feeding.changes(province.office, asked, signed(asked))


def end(province: Province, id_: str) -> dict[str, Any]:
    asked = message(province, "unsubscribe", id_)
    return feeding.unsubscribed(province.office, asked, signed(asked))


def change(
    number: int, *identities: str, fields: Collection[str] = ("number",), source: str = "household"
) -> Event:
    """The `number`-th change at the register: of the records of `identities`."""
    changed = [Changed({"identity": identity}, fields) for identity in identities]
    [told] = record_changed(source, HOUSEHOLDS, changed, "h-1", number, VAULT, NOON)
    found = told["data"]["changes"]
    read = [{"key": one["key"], "fields_": one["fields"]} for one in found]
    return received(told, {"resource": HOUSEHOLDS.code, "changes": read})


def hear(province: Province, *events: Event, office: Office | None = None) -> None:
    for each in events:
        noticing.heard(office or province.office, [each])


def notices(province: Province) -> list[dict[str, Any]]:
    """What consumers were told, in the order it was stored."""
    return [
        told
        for document in province.store["subscriptions"].each({})
        for told in document.outbox
        if told["type"] == "exchange.change.noticed.v1"
    ]


def refused(work: Callable[[], Any]) -> str:
    with pytest.raises(ServiceError) as error:
        work()
    return error.value.type


def test_followed(province: Province) -> None:
    """A followed record that changes is noted, numbered and told once, with a record about whom;
    what is not followed is not."""
    opened = follow(province)
    hear(province, change(1, ZHANG), change(2, NOBODY), change(3, LI, ZHANG))
    told = feed(province, opened["id"])
    assert [(one["number"], one["key"]["identity"]) for one in told["changes"]] == [
        (1, ZHANG),
        (2, ZHANG),
        (3, LI),
    ]
    assert (told["next"], told["more"]) == (3, False)
    assert [(one["subject"], one["sequence"]) for one in notices(province)] == [
        (opened["id"], number) for number in (1, 3)
    ]
    records = province.records()
    assert [record["outcome"] for record in records] == ["opened", "noticed", "noticed"]
    assert records[1]["subjects"] == [VAULT.lookup(ZHANG)]
    assert (records[2]["count"], records[2]["case"]) == (2, "education/case-1")


def test_no_number_leaves(province: Province) -> None:
    """No event and no stored document names a person by number."""
    follow(province)
    hear(province, change(1, ZHANG))
    kept = [*province.store["subscriptions"].each({}), *province.store["followed"].each({})]
    text = f"{[(dict(document), document.outbox) for document in kept]} {change(2, ZHANG)}"
    assert ZHANG not in text and "identity" not in str(notices(province))


def test_small_x(province: Province) -> None:
    """An X at the end of a number is the same, however it is written."""
    opened = follow(province, keys=[{"identity": ZHANG.lower()}])
    hear(province, change(1, ZHANG))
    assert feed(province, opened["id"])["next"] == 1


def test_other_fields(province: Province) -> None:
    """A change of fields that are not followed is not told: it might say what is not granted."""
    opened = follow(province)
    hear(province, change(1, ZHANG, fields=("address",)))
    assert feed(province, opened["id"])["changes"] == []
    assert province.outcomes() == ["opened"]
    hear(province, change(2, ZHANG, fields=("address", "number")))
    assert feed(province, opened["id"])["changes"][0]["fields"] == ["number"]


def test_heard_again(province: Province) -> None:
    """A change that is heard again, by whichever process, is noted and recorded once."""
    opened = follow(province)
    hear(province, change(1, ZHANG))
    hear(province, change(1, ZHANG), office=province.process())
    many = [change(number, ZHANG) for number in range(2, 80)]
    noticing.heard(province.office, [*many, change(1, ZHANG), *many])
    hear(province, change(80, ZHANG, ZHANG))
    assert feed(province, opened["id"])["next"] == 80
    assert province.outcomes().count("noticed") == 80


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("at", [1, 2])
def test_killed(province: Province, at: int, done: bool) -> None:
    """A process that dies at any write: heard again, the change is noted once and recorded once."""
    opened = follow(province)
    good = province.store
    province.store = Failing(good, at, done=done, error=Unavailable(), dies=True)
    with pytest.raises(Unavailable):
        hear(province, change(1, ZHANG), office=province.process())
    province.store = good
    province.office = province.process()
    hear(province, change(1, ZHANG), change(2, ZHANG))
    assert [one["number"] for one in feed(province, opened["id"])["changes"]] == [1, 2]
    assert [one["sequence"] for one in notices(province)] == [1, 2]
    assert province.outcomes() == ["opened", "noticed", "noticed"]


class Overtaken:
    """A store whose first save of a subscription comes after another process's."""

    def __init__(self, store: Any, first: Callable[[], None]) -> None:
        self._store, self._first = store, [first]

    def __getitem__(self, name: str) -> Any:
        return self if name == "subscriptions" else self._store[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store["subscriptions"], name)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        if self._first:
            self._first.pop()()
        return self._store["subscriptions"].save(*args, **kwargs)


@pytest.mark.parametrize("other", [1, 2])
def test_overtaken(province: Province, other: int) -> None:
    """Two processes note at the same time, the same change or two: each once, one record each."""
    opened = follow(province)
    good = province.store
    province.store = Overtaken(good, lambda: hear(province, change(other, LI, ZHANG)))
    slow = province.process()
    hear(province, change(1, LI, ZHANG), office=slow)
    province.store = good
    told = feed(province, opened["id"])
    assert [one["number"] for one in told["changes"]] == list(range(1, 2 * other + 1))
    assert province.outcomes() == ["opened", *["noticed"] * other]


def test_opened_once(province: Province) -> None:
    """The same request opens one subscription; another under its id is refused."""
    first = follow(province)
    assert follow(province, attempt=2) == first
    province.later(3_600)
    province.office = province.process()
    assert follow(province, attempt=3) == first
    other = refused(lambda: follow(province, attempt=1, id="follow-1", keys=KEYS[:1]))
    assert other == "idempotency-key-reused"
    assert [r["outcome"] for r in province.records()][:1] == ["opened"]
    assert province.outcomes().count("opened") == 1


def test_leaves(province: Province) -> None:
    """Whom a subscription is about is proven below its record, and found by each of them."""
    follow(province)
    [record] = province.records()
    kept = province.store["batch_leaves"].get(batch.document_id(record))
    assert batch.root_of(kept["leaves"]) == record["keys_root"]
    assert [leaf["subjects"] for leaf in kept["leaves"]] == [[VAULT.lookup(n)] for n in (ZHANG, LI)]


def test_verified(province: Province) -> None:
    """What a verifier finds of all this is signed by its consumer where it opened something; a
    record cannot pass for one that needs no signature of a provider."""
    opened = follow(province)
    hear(province, change(1, ZHANG))
    end(province, opened["id"])
    told = [auditing.Line(n, record) for n, record in enumerate(province.records())]

    def key(node: str, kid: str) -> Any:
        return OFFICE.public if (node, kid) == (MEMBER, OFFICE.kid) else None

    assert auditing.malformed(told) is None and auditing.signed(told, key) is None
    unsigned = {**told[0].record, "consumer_signature": None}
    assert auditing.signed([auditing.Line(0, unsigned)], key) is not None
    altered = {**told[0].record, "case": "education/case-2"}
    assert auditing.signed([auditing.Line(0, altered)], key) is not None
    for outcome in ("noticed", "opened", "ended"):
        query = {**told[0].record, "kind": "query", "outcome": outcome}
        assert auditing.malformed([auditing.Line(0, query)]) is not None


def test_ledger(province: Province) -> None:
    """A citizen reads who follows their record, and each time somebody was told of it."""
    follow(province)
    hear(province, change(1, ZHANG), change(2, LI))
    for number, places in ((ZHANG, [1, 0]), (LI, [2, 0]), (NOBODY, [])):
        subjects = {VAULT.lookup(number): {"relation": "self", "name": "张"}}
        found, _ = my_data.readings(province.store, subjects, 10, None)
        assert [one.index for one in found] == places


@pytest.mark.parametrize(
    ("change_", "type_"),
    [
        ({"keys": []}, "invalid"),
        ({"keys": [{"identity": ZHANG}, {"identity": ZHANG.lower()}]}, "invalid"),
        ({"keys": [{"number": "H-1"}]}, "invalid"),
        ({"keys": [{"identity": 11}]}, "invalid"),
        ({"keys": [{"identity": str(n)} for n in range(501)]}, "invalid"),
        ({"fields": ["address"]}, "fields-not-granted"),
        ({"purpose": "statistics"}, "purpose-not-granted"),
        ({"grant": "grant-2"}, "grant-unknown"),
        ({"at": "2026-11-23T03:00:00.000Z"}, "clock-skew"),
    ],
)
def test_refused(province: Province, change_: dict[str, Any], type_: str) -> None:
    """What is not granted, or no subscription, is refused by its type, with a record."""
    assert refused(lambda: follow(province, **change_)) == type_
    assert province.outcomes() == [f"refused:{type_}"]
    assert list(province.store["subscriptions"].each({})) == []


def test_kind(province: Province) -> None:
    """A grant to query is none to follow."""
    province.put("grants", grant(kinds=["query"]))
    assert refused(lambda: follow(province)) == "kind-not-granted"


def test_most(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """A consumer has so many subscriptions at a time; one that has ended counts no more."""
    monkeypatch.setattr(rules, "MOST_OPEN", 2)
    first = follow(province)
    follow(province, id="follow-2")
    assert refused(lambda: follow(province, id="follow-3")) == "too-many-subscriptions"
    end(province, first["id"])
    assert follow(province, id="follow-4")["state"] == "active"


def test_ended(province: Province) -> None:
    """An ended subscription is told nothing, keeps no key, and says so; to end it again is fine."""
    opened = follow(province)
    assert end(province, opened["id"])["ended"]["reason"] == "asked"
    hear(province, change(1, ZHANG))
    assert end(province, opened["id"])["state"] == "ended"
    assert refused(lambda: feed(province, opened["id"])) == "subscription-ended"
    assert province.outcomes() == ["opened", "ended", "refused:subscription-ended"]
    kept = province.store["subscriptions"].get(opened["id"])
    assert "open_of" not in kept and list(province.store["followed"].each({})) == []


@pytest.mark.parametrize(
    ("given", "type_"),
    [
        ({"state": "revoked"}, "grant-revoked"),
        ({"until_day": "2026-11-22"}, "grant-expired"),
    ],
)
def test_grant_over(province: Province, given: dict[str, Any], type_: str) -> None:
    """Once its grant is revoked or expired, nothing is noted, nothing read, and it ends."""
    opened = follow(province)
    hear(province, change(1, ZHANG))
    province.put("grants", grant(**given))
    assert refused(lambda: feed(province, opened["id"])) == type_
    hear(province, change(2, ZHANG))
    assert province.outcomes()[2:] == [f"refused:{type_}"] * 2
    kept = province.store["subscriptions"].get(opened["id"])
    assert (kept["state"], kept["ended"]["reason"], kept["number"]) == ("ended", type_, 1)
    assert [one["reason"] for one in ends(province)] == [type_]


def ends(province: Province) -> list[dict[str, Any]]:
    """What consumers were told of subscriptions that have ended unasked."""
    return [
        told["data"]
        for document in province.store["subscriptions"].each({})
        for told in document.outbox
        if told["type"] == "exchange.subscription.ended.v1"
    ]


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_revocation(province: Province, state: str) -> None:
    """When a grant is revoked or has expired, what is under it ends without waiting for a change,
    and its consumer is told, once."""
    opened = follow(province)
    province.put("grants", grant(state=state))
    for _ in range(2):
        noticing.over(province.office, "grant-1")
    kept = province.store["subscriptions"].get(opened["id"])
    assert (kept["state"], kept["ended"]["by"]) == ("ended", "exchange")
    assert province.outcomes() == ["opened", "ended"]
    told = {"subscription": opened["id"], "consumer": CONSUMER, "resource": HOUSEHOLDS.code}
    assert ends(province) == [{**told, "reason": f"grant-{state}"}]


def test_asked(province: Province) -> None:
    """Who ends its own subscription is not told what it knows."""
    end(province, follow(province)["id"])
    assert ends(province) == []


@pytest.mark.parametrize("side", [MEMBER, PROVIDER])
def test_suspended(province: Province, side: str) -> None:
    """While either side is suspended nothing is told; afterwards the gap is said, and it goes on
    after the keys were queried again."""
    opened = follow(province)
    hear(province, change(1, ZHANG))
    node = province.store["nodes"].require(side)
    province.put("nodes", {**node, "state": "suspended"})
    hear(province, change(2, ZHANG))
    province.put("nodes", node)
    hear(province, change(3, ZHANG))
    assert [one["sequence"] for one in notices(province)] == [1, 3]
    with pytest.raises(Gone) as error:
        feed(province, opened["id"], after=1)
    assert (error.value.type, error.value.extensions["next"]) == ("changes-gone", 3)
    hear(province, change(4, LI))
    assert [one["number"] for one in feed(province, opened["id"], after=3)["changes"]] == [4]
    assert "refused:node-not-connected" in province.outcomes()


def test_quota(province: Province) -> None:
    """Notices count against the quota; beyond it they are withheld, and the gap is said."""
    province.put("grants", grant(quota={"amount": 2, "period": "day"}))
    opened = follow(province)
    hear(province, *(change(number, ZHANG) for number in (1, 2, 3)))
    assert refused(lambda: feed(province, opened["id"])) == "changes-gone"
    assert province.outcomes()[:4] == ["opened", "noticed", "noticed", "refused:quota-exhausted"]
    province.later(86_400)
    hear(province, change(4, ZHANG))
    assert feed(province, opened["id"], after=3)["next"] == 4


def test_others(province: Province) -> None:
    """A subscription is its consumer's alone; a message is good for what it says, and now."""
    opened = follow(province)
    other = message(province, "changes", opened["id"], after=0, limit=1, consumer=f"{MEMBER}/other")
    for asked, proof, type_ in (
        (other, Token("other", "jti"), "subscription-unknown"),
        (message(province, "changes", "none", after=0, limit=1), None, "subscription-unknown"),
        (message(province, "changes", opened["id"], after=0, limit=501), None, "invalid"),
        (message(province, "changes", opened["id"], after=True, limit=1), None, "invalid"),
        (message(province, "changes", opened["id"], after=1, limit=1), None, "invalid"),
        (message(province, "unsubscribe", opened["id"]), None, "invalid"),
        (message(province, "changes", opened["id"], at="2026-11-23T03:00:00.000Z"), None,
         "clock-skew"),
        (message(province, "changes", opened["id"], at="now"), None, "invalid"),
        (message(province, "changes", opened["id"]), Signature(NODE.sign(REQUEST, {})),
         "signature-invalid"),
    ):  # fmt: skip
        by = proof or signed(asked)
        assert refused(lambda a=asked, p=by: feeding.changes(province.office, a, p)) == type_
    assert province.outcomes()[-2:] == ["refused:invalid", "refused:signature-invalid"]
    assert len(province.outcomes()) == 10


def test_speaker(province: Province) -> None:
    """A service tells of its own resources only; others change nothing."""
    opened = follow(province)
    assert refused(lambda: hear(province, change(1, ZHANG, source="health"))) == "forbidden"
    told = change(1, ZHANG)
    hear(province, replace(told, data={**told.data, "resource": "not-listed"}))
    assert feed(province, opened["id"])["changes"] == []


BLANK = rules.opened("s", {**Province().request(), "kind": "subscribe", "keys": KEYS}, NOON)


@given(
    st.lists(st.integers(0, 40) | st.none(), max_size=40),
    st.lists(st.integers(1, 7), min_size=1, max_size=8),
    st.integers(1, 12),
)
def test_cursor(steps: list[int | None], sizes: list[int], kept: int) -> None:
    """Whatever the sizes of the pages, a reader that keeps up sees each change once and in order;
    what was not kept, or withheld (None), is said, and nothing else is missing."""
    found = dict(BLANK)
    seen: list[int] = []
    told: list[int] = []
    after, lost, page = 0, set[int](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "KEPT", kept)
        for step in steps:
            if step is None:
                found = rules.withheld(found)
            else:
                hits = [Hit(n % 2, ["number"]) for n in range(step % 5)]
                told += range(found["number"] + 1, found["number"] + 1 + len(hits))
                found = rules.noted(found, hits, f"e{step}", NOON)
            if step is not None and step % 3 == 0:
                continue
            size = sizes[(page := page + 1) % len(sizes)]
            try:
                part = rules.feed(found, after, size)
            except Gone as error:
                lost |= set(range(after + 1, error.extensions["next"] + 1))
                after = error.extensions["next"]
                continue
            seen += [one["number"] for one in part.changes]
            after = part.next
        while True:
            try:
                part = rules.feed(found, after, sizes[0])
            except Gone as error:
                lost |= set(range(after + 1, error.extensions["next"] + 1))
                after = error.extensions["next"]
                continue
            seen += [one["number"] for one in part.changes]
            after = part.next
            if not part.more:
                break
    assert seen == sorted(set(seen))
    assert not lost & set(seen)
    assert set(told) <= set(seen) | lost and set(seen) <= set(told)
    with pytest.raises(Invalid):
        rules.feed(found, found["number"] + 1, 1)


def test_late(province: Province) -> None:
    """Who has read nothing for longer than changes are kept is told so."""
    opened = follow(province)
    found = province.store["subscriptions"].require(opened["id"])
    many = [Hit(0, ["number"])] * (rules.KEPT + 1)
    after = rules.noted(found, many, "e", NOON + timedelta(days=1))
    province.store["subscriptions"].save(found, after)
    assert refused(lambda: feed(province, opened["id"])) == "changes-gone"
    assert len(feed(province, opened["id"], 1, 500)["changes"]) == rules.KEPT
