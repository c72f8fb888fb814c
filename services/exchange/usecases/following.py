"""Reading the log: a process's state follows the pages, whoever has written them.

Guarantees: a state is what the newest snapshot and the pages after it say, each page checked
against the one before and against its signature, so nothing is ever built on a log that was changed
(`Broken`). Snapshots and tiles are copies: what is missing or late is made again from pages.
Does not: decide anything.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.exchange.domain import log as rules
from services.exchange.domain.merkle import Tile
from services.exchange.domain.tiles import packed
from shared.documents import Storage
from shared.errors import Unavailable
from shared.exchange.messages import PAGE, Jwk, Signer, public_key, verified

log = logging.getLogger(__name__)

SNAPSHOT = "exchange-snapshot-v1"
SNAPSHOT_ID = "state"
SNAPSHOT_EVERY = 256
"""Pages."""
FEW, MANY = 2, 32
"""Pages asked for at once: at first, and while there are more."""


class Follower:
    """The state of the log in one process. One green thread at a time may use it."""

    def __init__(self, store: Storage, keys: Iterable[Jwk], signer: Signer) -> None:
        self._store, self._signer = store, signer
        self._keys = {key["kid"]: public_key(key) for key in keys}
        self._tiles: list[Tile] = []
        self._snapshot: dict[str, Any] | None = None
        self._state: rules.State | None = None
        self._written: rules.Page | None = None

    @property
    def state(self) -> rules.State | None:
        """As far as it was read or written; None before the first time."""
        self._take_in()
        return self._state

    def _take_in(self) -> None:
        page, self._written = self._written, None
        if page is not None and self._state is not None:
            self._tiles += self._state.apply(page)
            if self._state.pages % SNAPSHOT_EVERY == 0:
                self._snapshot = self._state.snapshot()

    def current(self, *, fresh: bool = False) -> rules.State:
        """The state; `fresh`: with what others have written until now."""
        state = self.state
        if state is None:
            state = self._loaded()
            for page in self._after(state.pages, MANY):
                self._tiles += self._applied(state, page)
            self._check_length(state)
            self._state = state
            self.keep_copies()
        elif fresh:
            self._follow()
        return state

    def wrote(self, page: rules.Page) -> None:
        """This process has written `page`, which is taken in when the state is needed next, or by
        `keep_copies`."""
        self._written = page

    def keep_copies(self) -> None:
        """Write the tiles and the snapshot that wait."""
        self._take_in()
        tiles, snapshot = self._tiles, self._snapshot
        self._tiles, self._snapshot = [], None
        for start in range(0, len(tiles), MANY):
            documents = [tile_document(tile) for tile in tiles[start : start + MANY]]
            self._as_copy("tiles", documents)
        if snapshot:
            signature = self._signer.sign(SNAPSHOT, snapshot)
            named = {"_id": SNAPSHOT_ID, "kid": self._signer.kid, "signature": signature}
            self._as_copy("snapshots", [{**named, "state": snapshot}])

    def came(self, page: rules.Page) -> bool:
        """Whether it is this very page that got its number; in any case it is followed."""
        return any(there["signature"] == page["signature"] for there in self._follow())

    def _follow(self) -> list[rules.Page]:
        state, found = self.state, []
        assert state is not None
        for page in self._after(state.pages, FEW):
            self._applied(state, page)
            found.append(page)
        return found

    def _after(self, n: int, at_once: int) -> Iterator[rules.Page]:
        """The pages from `n` on."""
        while True:
            ids = [rules.page_id(n + more) for more in range(at_once)]
            there = self._store["pages"].get_many(ids)
            for number, id_ in enumerate(ids, n):
                if id_ not in there:
                    self._check_end(number, there)
                    return
                yield there[id_]
            n, at_once = n + at_once, MANY

    def _check_end(self, n: int, there: Iterable[str]) -> None:
        """That page `n` is not missing in between; it may have come while others were read."""
        id_ = rules.page_id(n)
        if max(there, default="") > id_ and self._store["pages"].get(id_) is None:
            raise rules.Broken(n, "is missing")

    def _applied(self, state: rules.State, page: rules.Page) -> list[Tile]:
        self._check_signature(page)
        return state.apply(page)

    def _check_signature(self, page: rules.Page) -> None:
        key = self._keys.get(page["kid"])
        if key is None or not verified(PAGE, rules.header(page), page["signature"], key):
            raise rules.Broken(page["n"], "not signed by the exchange")

    def _check_length(self, state: rules.State) -> None:
        """That the log has not lost its end since a head was published."""
        for head in self._store["heads"].page({}, order=("_id", -1), limit=1).items:
            if head["size"] > state.tree.size:
                raise rules.Broken(state.pages, f"is missing: a head counts {head['size']} records")

    def _loaded(self) -> rules.State:
        """The state as of the newest sound snapshot, with the requests of the window before it."""
        stored = self._store["snapshots"].get(SNAPSHOT_ID)
        if stored is None or not self._is_sound(stored):
            return rules.State()
        state = rules.State.of(stored["state"])
        recent = list(self._window(state))
        for page in reversed(recent):
            at = datetime.fromisoformat(page["at"])
            state.recent.add(page["n"], at, rules.records(page))
        return state

    def _window(self, state: rules.State) -> Iterator[rules.Page]:
        """The pages before `state`, backwards, until one that is older than the window."""
        due, since = state.hash, None
        for n, page in self._backwards(state.pages):
            if page is None or rules.page_hash(page) != due:
                raise rules.Broken(n, "is not the one that was written")
            at = datetime.fromisoformat(page["at"])
            since = since or at - rules.WINDOW
            if at < since:
                return
            yield page
            due = page["previous"]

    def _backwards(self, end: int) -> Iterator[tuple[int, rules.Page | None]]:
        while end:
            numbers = range(max(0, end - MANY), end)
            there = self._store["pages"].get_many(map(rules.page_id, numbers))
            for n in reversed(numbers):
                yield n, there.get(rules.page_id(n))
            end = numbers.start

    def _is_sound(self, stored: Mapping[str, Any]) -> bool:
        key = self._keys.get(stored["kid"])
        sound = key is not None and verified(SNAPSHOT, stored["state"], stored["signature"], key)
        if not sound:
            log.error("the snapshot of the log is not ours; the log is read from its beginning")
        return sound

    def _as_copy(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        try:
            self._store[collection].put_many(documents)
        except Unavailable:
            log.warning("%s not kept; made from pages when needed", collection)


def tile_id(level: int, index: int) -> str:
    """The `_id` of a full tile."""
    return f"{level}/{index:012}"


def tile_document(tile: Tile) -> dict[str, Any]:
    """A full tile as it is kept."""
    return {"_id": tile_id(tile.level, tile.index), "hashes": packed(tile.hashes)}
