"""Entries, logs and a strict reader of logs for the tests of evidence."""

import base64
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import eventlet
import orjson

from services.exchange.domain import log as rules
from services.exchange.domain import merkle
from services.exchange.usecases.appending import Appender
from shared.errors import ServiceError, Unavailable
from shared.exchange.messages import PAGE, Signer, canonical, public_key, verified

SIGNER = Signer(base64.b64encode(b"e" * 32).decode())
NOW = datetime(2026, 11, 23, 4, 0, 0, 123000, UTC)
PROVIDER = "GOV/public-security"
CONSUMER = "GOV/education/education"


def entry(id_: str = "", **given: Any) -> dict[str, Any]:
    """An answered query."""
    made = {
        "id": id_ or str(uuid4()),
        "attempt": 1,
        "kind": "query",
        "at": "2026-11-23T04:00:00.000Z",
        "consumer": CONSUMER,
        "provider": PROVIDER,
        "resource": "household-membership",
        "version": 1,
        "grant": "grant-1",
        "purpose": "school-enrolment",
        "item": "school-enrolment",
        "case": "education/case-1",
        "subjects": ["a" * 64],
        "fields": ["name", "relation"],
        "count": 1,
        "outcome": "answered",
        "salt": "00" * 16,
        "request": "b" * 64,
        "response": "c" * 64,
        "consumer_signature": "s",
        "consumer_kid": "k",
        "answered_at": "2026-11-23T04:00:00.050Z",
        "provider_signature": "s",
        "provider_kid": "k",
    }
    return {**made, **given}


def at_once(*calls: Any) -> list[Any]:
    """What the calls return, or raise, running all at the same time."""
    threads = [eventlet.spawn(outcome, call) for call in calls]
    return [thread.wait() for thread in threads]


def outcome(call: Any) -> Any:
    """What the call returns, or the error that it raises."""
    try:
        return call()
    except ServiceError as error:
        return error


class Clock:
    """A time that tests move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def appender(store: Any, clock: Any = None) -> Appender:
    """One process's appender over `store`."""
    return Appender(store, SIGNER, clock or Clock())


def settled(log: Appender) -> None:
    """Return once `log` has taken in, and copied, what it has written."""
    with eventlet.Timeout(5):
        while log._busy:
            eventlet.sleep(0.001)


def pages(store: Any) -> list[Mapping[str, Any]]:
    """All pages, in order."""
    return sorted(store["pages"].each({}), key=lambda page: page["n"])


def records(store: Any, signer: Signer = SIGNER) -> list[dict[str, Any]]:
    """All records, in order, of a log in which nothing is amiss: no gap, no repeat, every hash and
    signature right, every chain whole. Recomputed here, not by the code that wrote it."""
    found: list[dict[str, Any]] = []
    leaves: list[bytes] = []
    last: dict[str, str] = {}
    previous = "0" * 64
    for n, page in enumerate(pages(store)):
        assert (page["_id"], page["n"], page["first"]) == (f"{n:012}", n, len(found))
        assert page["count"] == len(page["records"]) > 0
        assert page["previous"] == previous
        own = [merkle.leaf_hash(text.encode()) for text in page["records"]]
        leaves += own
        assert page["root"] == merkle.root_of(own).hex()
        assert page["tree"] == merkle.root_of(leaves).hex()
        head = {name: page[name] for name in rules.SIGNED}
        assert verified(PAGE, head, page["signature"], public_key(signer.jwk))
        previous = rules.page_hash(page)
        for text, hashed in zip(page["records"], own, strict=True):
            record = orjson.loads(text)
            assert canonical(record).decode() == text
            consumer, provider = record["consumer"].rpartition("/")[0], record["provider"]
            assert record["previous"] == {
                "consumer": last.get(consumer),
                "provider": last.get(provider) if provider else None,
            }
            last |= {node: hashed.hex() for node in (consumer, provider) if node}
            found.append(record)
    spent = Counter(
        (r["consumer"], r["id"], r["attempt"])
        for r in found
        if not r["outcome"].startswith("refused")
    )
    assert not [use for use, times in spent.items() if times > 1]
    return found


def used(store: Any, grant: str = "grant-1") -> int:
    """What the log says was used of a grant."""
    return sum(
        r["count"] for r in records(store) if r["grant"] == grant and r["outcome"] == "answered"
    )


class Failing:
    """`store`, in which the write number `at` fails: before it is done, or after. dies: nothing
    gets through afterwards, as if the process had been killed there."""

    def __init__(
        self, store: Any, at: int, *, done: bool, error: Exception, dies: bool = False
    ) -> None:
        self._store, self._left, self._done = store, at, done
        self._error, self._dies, self._dead = error, dies, False

    def __getitem__(self, name: str) -> Any:
        if self._dead:
            raise self._error
        return _FailingCollection(self, self._store[name])

    def write(self, work: Any) -> Any:
        self._left -= 1
        if self._left:
            return work()
        self._dead = self._dies
        if self._done:
            work()
        raise self._error


class _FailingCollection:
    def __init__(self, failing: Failing, collection: Any) -> None:
        self._failing, self._collection = failing, collection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        if name not in ("add", "put_many", "save", "save_many", "ensure"):
            return method
        return lambda *args, **kwargs: self._failing.write(lambda: method(*args, **kwargs))


class Away:
    """A store whose database is away."""

    def __getitem__(self, name: str) -> Any:
        raise Unavailable()
