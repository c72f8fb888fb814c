"""Several processes, and processes that die: one log, whole, and nothing confirmed is lost."""

import copy
import subprocess
import sys
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exchange.domain import merkle
from services.exchange.evidencing import COLLECTIONS
from services.exchange.tests.evidence import (
    Failing,
    appender,
    at_once,
    entry,
    outcome,
    records,
    used,
)
from services.exchange.usecases import following
from services.exchange.usecases.appending import Receipt
from services.exchange.usecases.proving import Proofs
from shared.errors import Unavailable
from shared.store import Database, create_indexes, open_database
from shared.testing import FakeStore

AMOUNT = 100
PROGRAM = "services.exchange.tests.appending_process"


def started(uri: str, name: str, count: int, amount: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-m", PROGRAM, uri, name, str(count), str(amount)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def told(process: "subprocess.Popen[str]") -> list[list[str]]:
    """What the process told, a line cut short by its death aside."""
    output, _ = process.communicate(timeout=120)
    return [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]


@pytest.fixture
def database(mongo_uri: str) -> Any:
    found = open_database(mongo_uri, f"evidence-{uuid4().hex[:8]}")
    create_indexes(found, COLLECTIONS)
    return found


def stored(database: Any) -> Database:
    return Database(database, COLLECTIONS, lambda outgoing: None)


def test_processes(mongo_uri: str, database: Any) -> None:
    """Three processes keep one log: no gap, no repeat, of the quota neither less nor more."""
    running = [started(mongo_uri, database.name, 60, AMOUNT) for _ in range(3)]
    lines = [line for process in running for line in told(process)]
    receipts = [line for line in lines if line[0].isdigit()]
    kept = records(stored(database))
    assert (len(receipts), len(kept), used(stored(database))) == (AMOUNT, 180, AMOUNT)
    assert Counter(line[0] for line in lines)["refused"] == 180 - AMOUNT
    assert all(kept[int(index)]["id"] == id_ for index, id_ in receipts)
    assert len({index for index, _ in receipts}) == AMOUNT


def test_killed_process(mongo_uri: str, database: Any) -> None:
    """A process killed while it writes leaves a whole log, with all that it has confirmed; the
    others go on."""
    doomed, other = (started(mongo_uri, database.name, n, 10**6) for n in (0, 60))
    assert doomed.stdout is not None
    for _ in range(40):
        assert doomed.stdout.readline()
    doomed.kill()
    confirmed = [line for process in (doomed, other) for line in told(process) if len(line) == 2]
    appender(stored(database)).append(entry("after"))
    kept = records(stored(database))
    assert len(kept) >= len(confirmed) >= 60
    assert all(kept[int(index)]["id"] == id_ for index, id_ in confirmed)
    assert kept[-1]["id"] == "after"


@pytest.fixture(scope="module")
def grown() -> FakeStore:
    """A log whose first tile is nearly full."""
    store = FakeStore()
    log = appender(store)
    at_once(*[lambda n=n: log.append(entry(f"old-{n}")) for n in range(253)])
    return store


@settings(max_examples=25)
@given(
    where=st.integers(1, 12),
    done=st.booleans(),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 3)), min_size=3, max_size=6),
)
def test_crash(grown: FakeStore, where: int, done: bool, steps: list[tuple[bool, int]]) -> None:
    """Whichever write is a process's last, done or not: what was confirmed is there, the log is
    whole, its quota exact, its tiles right, and the next process goes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(following, "SNAPSHOT_EVERY", 3)
        store = copy.deepcopy(grown)
        dying = Failing(store, where, done=done, error=Unavailable(), dies=True)
        logs = {True: appender(dying), False: appender(store)}
        quota, confirmed = {"amount": 253 + 5, "period": "day"}, []
        for which, count in steps:
            calls = [lambda: logs[which].append(entry(quota=quota)) for _ in range(count)]  # noqa: B023
            confirmed += [found for found in at_once(*calls) if isinstance(found, Receipt)]
        last = appender(store)
        confirmed += [f for f in [outcome(lambda: last.append(entry()))] if isinstance(f, Receipt)]
        kept = records(store)
        assert all(kept[receipt.index] == receipt.record for receipt in confirmed)
        assert used(store) <= 253 + 5 + 1
        leaves = [bytes.fromhex(receipt.leaf) for receipt in confirmed]
        proofs = Proofs(store, last.tree())
        for receipt, leaf in zip(confirmed, leaves, strict=True):
            proof = proofs.inclusion(receipt.index, len(kept))
            root = proofs.root(len(kept))
            assert merkle.included(receipt.index, len(kept), leaf, proof, root)
