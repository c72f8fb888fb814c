"""Notices as they come: server-sent events (WHATWG HTML, 9.2), resumable from the last one seen.

All streams of a process share one read: what each is to see next has a known id (`inbox`), so one
look at those ids tells which streams have news, and an idle stream costs the database nothing.
What this process delivers itself needs no look.

Guarantees: nothing lost and nothing twice from the position a stream begins with; a comment every
`HEARTBEAT` seconds keeps proxies from closing it; it ends after `LIFETIME` seconds, since tokens
do, and is resumed by the client. Does not: hold a worker.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Set
from itertools import islice
from typing import Any

import orjson

from services.feedback.usecases import channels, inbox
from services.feedback.usecases.channels import Position
from shared.access import Caller
from shared.documents import Storage
from shared.errors import TooManyRequests, Unavailable

POLL, PAUSE, HEARTBEAT, LIFETIME = 0.5, 0.25, 15.0, 600.0
"""Seconds between two looks of the process, two steps of a stream, two comments; of a stream."""
RETRY = 2000
"""Milliseconds after which a client connects again."""
MOST, MOST_OF_ONE, MOST_MISSED = 1000, 5, 500
"""Streams of a process, and of one account; notices in an answer that ends."""


class Hub:
    """The streams of a process, and which of them have news."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._next: dict[object, set[str]] = {}
        self._accounts: Counter[str] = Counter()
        self._polled = float("-inf")

    def admit(self, caller: Caller) -> None:
        """`Unavailable` where the process, `TooManyRequests` where the account has enough."""
        if len(self._next) >= MOST:
            raise Unavailable(retry_after=30)
        if self._accounts[caller.subject] >= MOST_OF_ONE:
            raise TooManyRequests(retry_after=5)

    def enter(self, stream: object, caller: Caller) -> None:
        self._next[stream] = set()
        self._accounts[caller.subject] += 1

    def leave(self, stream: object, caller: Caller) -> None:
        self._next.pop(stream, None)
        self._accounts[caller.subject] -= 1
        if not self._accounts[caller.subject]:
            del self._accounts[caller.subject]

    def wait_for(self, stream: object, ids: set[str]) -> None:
        """`stream` has seen all but these."""
        self._next[stream] = ids

    def has_news(self, store: Storage, stream: object) -> bool:
        """Whether one of the ids that `stream` waits for is there; at most one read in `POLL`."""
        if self.clock() - self._polled >= POLL:
            self._polled = self.clock()
            self._look(store)
        return not self._next[stream]

    def arrived(self, ids: Set[str]) -> None:
        """These notices are there: whoever waits for one of them has news."""
        for stream, wanted in list(self._next.items()):
            if wanted & ids:
                self._next[stream] = set()

    def _look(self, store: Storage) -> None:
        wanted = set().union(*self._next.values())
        self.arrived(store["notices"].get_many(wanted).keys())


def stream(
    store: Storage, hub: Hub, caller: Caller, seen: Position, sleep: Callable[[float], None]
) -> Generator[bytes, None, None]:
    """What the caller has not seen, and then what comes, as chunks; b"" where nothing does."""
    me = object()
    hub.enter(me, caller)
    try:
        yield f"retry: {RETRY}\n\n".encode()
        seen = inbox.at_least(store, caller, seen)
        until, quiet = hub.clock() + LIFETIME, hub.clock()
        while hub.clock() < until:
            for position, notice in inbox.after(store, caller, seen):
                seen, quiet = position, hub.clock()
                yield frame(position, notice) if notice else b""
            hub.wait_for(me, next_ids(caller, seen))
            while not hub.has_news(store, me) and hub.clock() < until:
                yield b": still here\n\n" if hub.clock() - quiet >= HEARTBEAT else b""
                quiet = hub.clock() if hub.clock() - quiet >= HEARTBEAT else quiet
                sleep(PAUSE)
    finally:
        hub.leave(me, caller)


def missed(store: Storage, caller: Caller, seen: Position) -> Iterator[bytes]:
    """What the caller has not seen, at most `MOST_MISSED` of it, and an end: for those who poll."""
    yield f"retry: {RETRY}\n\n".encode()
    for position, notice in islice(inbox.after(store, caller, seen), MOST_MISSED):
        if notice:
            yield frame(position, notice)


def next_ids(caller: Caller, seen: Position) -> set[str]:
    """The ids of the notices that come after `seen`."""
    pairs = zip(channels.of(caller), seen, strict=True)
    return {channels.key(channel, number + 1) for channel, number in pairs if channel}


def frame(position: Position, notice: Mapping[str, Any]) -> bytes:
    """One event of the stream; its id resumes it."""
    data = orjson.dumps(told(notice), option=orjson.OPT_UTC_Z).decode()
    return f"id: {position}\nevent: {notice['kind']}\ndata: {data}\n\n".encode()


def told(notice: Mapping[str, Any]) -> dict[str, Any]:
    """A notice as callers see it."""
    same = ("kind", "title", "body", "about", "needs", "at")
    return {"id": notice["_id"], **{name: notice[name] for name in same}}
