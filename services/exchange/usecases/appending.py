"""Writing the log: whatever waits is written in one page.

Guarantees: `append` returns when its record is in the log for good, and only then; several
processes keep one log, since a page is inserted under its number and whoever comes second reads
what is there and builds anew; quotas and repeats are decided by the log's order, so exactly. Where
the database is away everything waiting is `Unavailable`. What was confirmed to nobody may yet be in
the log (the confirmation was lost): whoever asks again finds it by `known`.
Does not: check grants or signatures of members (`using`).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import eventlet
import orjson
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore

from services.exchange import metering
from services.exchange.domain import log as rules
from services.exchange.domain.checkpoint import Head, signed, verifier_key
from services.exchange.domain.counting import periods
from services.exchange.domain.merkle import Tree
from services.exchange.domain.record import entered, leaf
from services.exchange.usecases.following import Follower
from shared.documents import Storage
from shared.errors import Conflict, Duplicate, ServiceError, Unavailable, Unexpected
from shared.exchange.messages import PAGE, Jwk, Signer, decoded
from shared.text import Text
from shared.timekeeping import Now

log = logging.getLogger(__name__)

ORIGIN = "platform.invalid/exchange/evidence"
PATIENCE = 15
"""Seconds an entry waits for its page."""
GATHERING = 0.008
"""Seconds for which entries are gathered where there are several; one alone is written at once."""
BREATH = 0.002
"""Seconds after a page before it is taken in, where nobody needs the state sooner."""
TRIES = 50
"""Pages of others that may come first."""
REFUSALS = {
    "quota-exhausted": Text("该授权的用量已用完", "The quota of this grant is used up"),
    "replayed": Text("该请求已处理过，请以新的尝试序号重发", "This attempt was made already"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record is: its place in the log, its leaf hash (hexadecimal), its page's number."""

    record: dict[str, Any]
    index: int
    leaf: str
    page: int


def receipt(page: rules.Page, place: int) -> Receipt:
    """The receipt of the record in that place of `page`."""
    text = page["records"][place]
    return Receipt(orjson.loads(text), page["first"] + place, leaf(text).hex(), page["n"])


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    entry: rules.Entry
    done: Signal


class Appender:
    """The log as one process writes it; see the module."""

    def __init__(
        self,
        store: Storage,
        signer: Signer,
        clock: Now,
        retired: Sequence[Jwk] = (),
        origin: str = ORIGIN,
    ) -> None:
        """retired: public keys with which earlier pages may be signed. origin: of checkpoints."""
        self._store, self._signer, self._clock = store, signer, clock
        self._origin, self._keys = origin, [signer.jwk, *retired]
        self._follower = Follower(store, self._keys, signer)
        self._waiting: deque[_Waiting] = deque()
        self._busy = False
        self._turn = Semaphore()

    def append(self, entry: Mapping[str, Any]) -> Receipt:
        """Write `entry` (`domain.record` without `previous`; quota, answers: see `domain.log`).

        `Conflict` quota-exhausted or replayed: that refusal is in the log instead. ValueError: it
        is no record.
        """
        given = dict(entry)
        quota, answers = given.pop("quota", None), given.pop("answers", None)
        waiting = _Waiting(rules.Entry(entered(given), quota, answers), Signal())
        self._waiting.append(waiting)
        if not self._busy:
            self._busy = True
            eventlet.spawn(self._work)
        return self._outcome(waiting)

    def known(self, request_id: str, attempt: int = 2) -> list[Receipt]:
        """The recent records of a request and where they are, the oldest first.

        A second attempt looks at what other processes have written, too; for a first one the log's
        order decides.
        """
        uses = self._state(fresh=attempt > 1).recent.of(request_id)
        pages = self._store["pages"].get_many({rules.page_id(use.page) for use in uses})
        return [receipt(pages[rules.page_id(use.page)], use.place) for use in uses]

    def used(self, grant: str, of: str) -> int:
        """What this process knows to be used of `grant` in the present `of`: day, month, total."""
        return self._state().usage.used(grant, periods(self._clock())[of])

    def tree(self, *, fresh: bool = False) -> Tree:
        """The tree as this process knows it; `fresh`: with what others have written."""
        return self._state(fresh=fresh).tree.copy()

    def checkpoint(self) -> str:
        """The signed head of the log as it is now."""
        tree = self.tree(fresh=True)
        return self.signed(Head(tree.size, tree.root()))

    def signed(self, head: Head) -> str:
        """`head` as a checkpoint; it must be one of this log's."""
        return signed(head, self._origin, self._signer.public, self._sign)

    def keys(self) -> dict[str, Any]:
        """{origin, verifier, keys}: by what the log is signed, and was; the newest first."""
        verifier = verifier_key(self._origin, self._signer.public)
        return {"origin": self._origin, "verifier": verifier, "keys": self._keys}

    def _sign(self, text: bytes) -> bytes:
        return decoded(self._signer.sign_bytes(text))

    def _state(self, *, fresh: bool = False) -> rules.State:
        """The state; while a page is being written, that before it."""
        if self._follower.state is not None and not fresh:
            return self._follower.state
        try:
            with self._turn:
                return self._follower.current(fresh=fresh)
        except rules.Broken:
            metering.PAGES.labels("failed").inc()
            raise

    def _outcome(self, waiting: _Waiting) -> Receipt:
        try:
            with eventlet.Timeout(PATIENCE, Unavailable()):
                found: rules.Entered = waiting.done.wait()
        except BaseException:  # whoever waits no more is not written any more
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            raise
        if found.refused:
            place = {"record": found.record["id"], "index": found.index}
            raise Conflict(REFUSALS[found.refused], type=found.refused, evidence=place)
        return Receipt(found.record, found.index, found.leaf, found.page)

    def _work(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) > 1:  # several at once: more are on their way
                    eventlet.sleep(GATHERING)
                count = min(rules.PAGE_RECORDS, len(self._waiting))
                self._settle([self._waiting.popleft() for _ in range(count)])
        finally:
            self._busy = False

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        began = time.perf_counter()
        try:
            with self._turn:
                written = self._written([each.entry for each in batch])
        except Exception as error:
            away = isinstance(error, ServiceError)
            metering.PAGES.labels("failed").inc()
            log.warning("page not written: %s", error, exc_info=None if away else error)
            for waiting in batch:
                waiting.done.send_exception(Unavailable() if away else Unexpected())
            return
        metering.written([each.record for each in written], time.perf_counter() - began)
        for waiting, each in zip(batch, written, strict=True):
            waiting.done.send(each)
        eventlet.sleep(BREATH)  # receipts go out first
        self._follower.keep_copies()

    def _written(self, entries: Sequence[rules.Entry]) -> list[rules.Entered]:
        """What became of `entries`, which are in the log now."""
        for _ in range(TRIES):
            state = self._follower.current()
            page, taken = rules.draft(state, entries, self._clock(), self._signer.kid)
            page["signature"] = self._signer.sign(PAGE, rules.header(page))
            if self._is_in(page):
                return taken
        raise Unavailable()

    def _is_in(self, page: Mapping[str, Any]) -> bool:
        """Whether `page`, and no other, got its number; unknown while the database is away."""
        try:
            self._store["pages"].add(page)
        except Duplicate:
            return self._follower.came(page)
        except Unavailable:
            if self._follower.came(page):
                return True
            raise
        self._follower.wrote(page)
        return True
