"""``keys`` and ``rotate``: which keys seal what, and sealing anew by the newest.

Guarantees: may be broken off anywhere and run again, beside working services; a value is replaced
only where nobody has changed it meanwhile; what is sealed in a place that no service declares is
told, and keeps the old key in use.
Does not: make keys, or put them into the settings of services (docs/operations.md says when); the
lookup key cannot be turned, for what it has hashed cannot be hashed anew.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.local.failure import Failure
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.personal import Tampered, UnknownKey, Vault, sealed_by
from shared.sealed import PERSONAL, Found, Sealed, declaration, is_stray, sealed_in
from shared.store.values import Replaced, collections_of, documents_of, replace_values

COLUMNS = ("service", "values", "key", "count", "state")
BATCH = 20
"""Documents changed in one command, for which the embedded database serves nobody else."""
HOW = (
    "personal data: new key first in PERSONAL_DATA_KEYS, then: rotate personal-data",
    "private parts of token keys: new key first in KEY_ENCRYPTION_KEY, then: rotate personal-data",
    "token signing keys turn by themselves; at once: rotate tokens (--leaked)",
    "node keys: <SERVICE>_NODE_KEY anew, the former one into <SERVICE>_NODE_RETIRED_KEYS, restart",
)


class Row(NamedTuple):
    """state: "current", "old", or what is wrong."""

    service: str
    place: str
    key: str
    state: str


def show(setting: Setting) -> Told:
    """How many values each key seals; exit code 1 while an old one does, or something is wrong."""
    rows: Counter[Row] = Counter()
    for service in setting.services:
        vaults = Vaults(setting, service)
        database = setting.database(service)
        for collection in collections_of(database):
            for document in documents_of(database, collection):
                rows.update(vaults.judged(collection, document))
    old = any(row.state != "current" for row in rows)
    return _told(rows, [*_verdict(rows), *HOW], int(old))


def reseal(setting: Setting, at_most: int) -> Told:
    """Seal anew what old keys have sealed, in `at_most` documents a run; exit code 1: run again."""
    rows: Counter[Row] = Counter()
    left = at_most
    for service in setting.services:
        vaults, database = Vaults(setting, service), setting.database(service)
        for collection in collections_of(database):
            if left <= 0:
                return _told(
                    rows, [f"{at_most} documents are done; run it again for the others"], 1
                )
            left -= _resealed(vaults, database, collection, rows, left)
    lost = sum(count for row, count in rows.items() if row.state != "resealed")
    lines = [f"{at_most - left} documents sealed anew; now: keys"]
    return _told(rows, lines, 1 if lost else 0)


def turn_tokens(setting: Setting, *, leaked: bool) -> Told:
    """Identity's next signing key signs from now on."""
    os.environ["MONGO_URI"] = setting.mongo_uri("identity")
    rows = setting.beside("identity", "rotate_keys").hand_over(leaked=leaked)  # type: ignore[union-attr]
    return Told(("kid", "state", "published_until"), rows)


class Vaults:
    """The vaults of one service by the setting of their keys, and what it declares."""

    def __init__(self, setting: Setting, service: str) -> None:
        self.service = service
        usual = getattr(setting.code(service), "sealed", ())
        self._declared: tuple[Sealed, ...] = getattr(
            setting.beside(service, "sealed"), "SEALED", usual
        )
        config = setting.config(service)
        names = {PERSONAL, *(one.keys for one in self._declared)}
        self._vaults = {name: _vault(config, name) for name in names}
        self._known = {kid for vault in self._vaults.values() for kid in vault.known}

    def judged(self, collection: str, document: Any) -> Iterator[Row]:
        """What seals the values in the document; that they open is tried."""
        for found in sealed_in(document):
            sealed = declaration(self._declared, collection, found)
            if sealed:
                yield self._row(collection, sealed.path, found, self._state(sealed, found))
            elif is_stray(found, self._known):
                yield self._row(collection, found.dotted, found, "declared nowhere")

    def old(self, collection: str, document: Any) -> Iterator[tuple[Row, str, bytes, bytes]]:
        """Values to be sealed anew: what to tell, dotted path, the value, and the new one."""
        for found in sealed_in(document):
            sealed = declaration(self._declared, collection, found)
            if sealed and (state := self._state(sealed, found)) != "current":
                vault = self._vaults[sealed.keys]
                new = vault.resealed(found.value, sealed.context(found)) if state == "old" else b""
                row = self._row(collection, sealed.path, found, "resealed" if new else state)
                yield row, found.dotted, found.value, new

    def _row(self, collection: str, path: str, found: Found, state: str) -> Row:
        return Row(self.service, f"{collection}.{path}", str(sealed_by(found.value)), state)

    def _state(self, sealed: Sealed, found: Found) -> str:
        vault = self._vaults[sealed.keys]
        try:
            vault.open(found.value, sealed.context(found))
        except UnknownKey:
            return "its key is not known"
        except Tampered:
            return "does not open in its place"
        return "current" if sealed_by(found.value) == vault.current else "old"


def _resealed(
    vaults: Vaults, database: Any, collection: str, rows: Counter[Row], at_most: int
) -> int:
    """Seal anew in the collection; in how many documents."""
    batch: list[Replaced] = []
    done = 0
    for document in documents_of(database, collection):
        old = list(vaults.old(collection, document))
        rows.update(row for row, *_ in old)
        values = {path: (was, new) for _, path, was, new in old if new}
        if values:
            batch.append(Replaced(document["_id"], values))
            done += 1
        if batch and (len(batch) == BATCH or done == at_most):
            replace_values(database, collection, batch)
            batch = []
        if done == at_most:
            return done
    if batch:
        replace_values(database, collection, batch)
    return done


def _vault(config: dict[str, Any], name: str) -> Vault:
    keys = str(config.get(name) or "")
    try:
        return Vault(
            keys if ":" in keys or not keys else f"k1:{keys}", config["PERSONAL_LOOKUP_KEY"]
        )
    except ValueError as error:
        told = f"{name}: {error}; name the file that has them: --settings FILE"
        raise Failure(told, AWAY) from None


def _verdict(rows: Counter[Row]) -> Iterator[str]:
    old = Counter[str]()
    for row, count in rows.items():
        if row.state != "current":
            old[row.key] += count
    yield from (
        f"{key}: {count} values need it; it must stay" for key, count in sorted(old.items())
    )
    if not old:
        yield "every value is sealed by its newest key; older ones may go"


def _told(rows: Counter[Row], lines: list[str], code: int | None = None) -> Told:
    table = [
        {"service": r.service, "values": r.place, "key": r.key, "count": n, "state": r.state}
        for r, n in sorted(rows.items())
    ]
    wrong = any(row.state not in ("current", "resealed") for row in rows)
    return Told(COLUMNS, table, lines, int(wrong) if code is None else code)
