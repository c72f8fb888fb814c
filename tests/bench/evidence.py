"""The log of evidence: ``python -m tests.bench.evidence``; on a database of its own.

Proofs over a generated log of 10,000,000 records, whose tiles lie in the store as the exchange
keeps them; records appended by many green threads of a process of its own; a start over what was
appended; and the check of all of it by the verifier's rules. CPU times are of the process, and of
the database beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import shake_128
from pathlib import Path
from typing import Any

import psutil

from services.exchange.domain import auditing, log, merkle
from services.exchange.domain.auditing import Line
from services.exchange.domain.chains import Chains
from services.exchange.domain.tiles import unpacked
from services.exchange.evidencing import COLLECTIONS
from services.exchange.tests.direct import KEYS
from services.exchange.tests.evidence import appender, pages
from services.exchange.usecases.following import tile_document
from services.exchange.usecases.proving import Proofs
from shared.local import database as embedded
from shared.local.ports import Block
from shared.local.process import Process
from shared.store import Database, create_indexes, open_database
from tests.bench.measures import Row
from tests.bench.measuring import cpu_seconds, percentile

RECORDS, PROOFS = 10_000_000, 300
PROOF_GOAL = 50.0
"""Milliseconds of CPU, of the process and the database together."""
FLAT = 1.15
APPENDED, THREADS = 20_000, 500
APPEND_GOAL = 250
"""Uses a second that the exchange is to sustain; each is a record."""
TILES_AT_ONCE = 250


def rows(count: int = RECORDS, appended: int = APPENDED) -> list[Row]:
    """The rows of the table."""
    with _database() as (uri, pid):
        return [*_proofs(_store(uri, "proofs"), pid, count), *_appending(uri, pid, appended)]


@contextmanager
def _database() -> Iterator[tuple[str, int]]:
    with tempfile.TemporaryDirectory() as name:
        block = Block()
        port = block.next()
        process = Process(embedded.part(Path(name), port), Path(name) / "database.log")
        process.start()
        try:
            while process.part.ready():
                time.sleep(0.1)
            yield embedded.uri(port), process.pid or 0
        finally:
            process.ask_to_stop()
            process.finish()
            block.release()


def _store(uri: str, name: str) -> Database:
    database = open_database(uri, name)
    create_indexes(database, COLLECTIONS)
    return Database(database, COLLECTIONS, lambda outgoing: None)


def _proofs(store: Database, pid: int, count: int) -> list[Row]:
    tree = generated(store, count)
    chance, root = random.Random(1), tree.root()
    memory, times, database = [], [], cpu_seconds(pid)
    for n in range(PROOFS):
        index = chance.randrange(count)
        began = time.process_time()
        proofs = Proofs(store, tree.copy())
        proof, leaf = proofs.inclusion(index, count), _leaf(index)
        times.append(time.process_time() - began)
        if not merkle.included(index, count, leaf, proof, root):
            raise RuntimeError(f"record {index} is not proven")
        if n % (PROOFS // 10) == 0:
            memory.append(_rss())
    beside = (cpu_seconds(pid) - database) / PROOFS * 1000
    p50, p95 = (percentile(sorted(times), percent) for percent in (50, 95))
    told = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms CPU + database {beside:.1f} ms"
    growth = f"{memory[0]:.0f} MB at first, {memory[-1]:.0f} MB after {PROOFS} proofs"
    return [
        Row(f"evidence: proof of one record among {count:,}", told, f"< {PROOF_GOAL:.0f} ms CPU",
            p95 + beside < PROOF_GOAL),
        Row("evidence: memory while proving", growth, f"≤ × {FLAT}",
            memory[-1] <= memory[0] * FLAT),
        _consistency(store, tree, count),
    ]  # fmt: skip


def _consistency(store: Database, tree: merkle.Tree, count: int) -> Row:
    old, times = count * 2 // 3, []
    for _ in range(20):
        began = time.process_time()
        Proofs(store, tree.copy()).consistency(old, count)
        times.append(time.process_time() - began)
    told = f"p50 {percentile(sorted(times), 50):.1f} ms CPU"
    return Row(f"evidence: consistency of {old:,} and {count:,}", told, "", None)


def generated(store: Database, count: int) -> merkle.Tree:
    """A log of `count` records: its full tiles in the store, and its right edge. Leaf hashes are
    made up; what stands above them is hashed as ever."""
    level, number, edge = 0, count, []
    hashes = _leaf_tiles(count)
    while number:
        full, width = divmod(number, merkle.TILE_WIDTH)
        above: list[bytes] = []
        tiles: list[dict[str, Any]] = []
        for index in range(full):
            tile = merkle.Tile(level, index, tuple(next(hashes)))
            above.append(merkle.folded(tile.hashes))
            tiles.append(tile_document(tile))
            if len(tiles) == TILES_AT_ONCE or index == full - 1:
                store["tiles"].add_many(tiles)
                tiles = []
        edge.append(next(hashes)[:width] if width else [])
        hashes = _in_tiles(above)
        level, number = level + 1, full
    return merkle.Tree(edge)


def _leaf_tiles(count: int) -> Iterator[list[bytes]]:
    for index in range(-(-count // merkle.TILE_WIDTH)):
        yield unpacked(shake_128(b"%d" % index).digest(32 * merkle.TILE_WIDTH))


def _in_tiles(hashes: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(hashes), merkle.TILE_WIDTH):
        yield hashes[start : start + merkle.TILE_WIDTH]


def _leaf(index: int) -> bytes:
    block, place = divmod(index, merkle.TILE_WIDTH)
    return unpacked(shake_128(b"%d" % block).digest(32 * merkle.TILE_WIDTH))[place]


def _appending(uri: str, pid: int, count: int) -> list[Row]:
    store, database = _store(uri, "appending"), cpu_seconds(pid)
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.evidence_appending"]
    done = subprocess.run(
        [*command, uri, "appending", str(count), str(THREADS)],
        capture_output=True, check=True, text=True, timeout=600,
    )  # fmt: skip
    told = json.loads(done.stdout)
    beside = (cpu_seconds(pid) - database) / count * 1e6
    size = count / len(pages(store))
    rate = count / told["seconds"]
    text = f"{rate:.0f}/s by {THREADS} at once ({size:.0f} a page), CPU per record: "
    text += f"{told['cpu'] / count * 1e6:.0f} µs + database {beside:.0f} µs"
    flat = f"{told['tenth']:.0f} MB after a tenth, {told['end']:.0f} MB at the end"
    return [
        Row("evidence: records appended", text, f"≥ {APPEND_GOAL}/s", rate >= APPEND_GOAL),
        Row("evidence: memory while appending", flat, "", None),
        _start(store, count),
        _checked(store, count),
    ]


def _start(store: Database, count: int) -> Row:
    began = time.process_time()
    appender(store).tree()
    told = f"{time.process_time() - began:.2f} s CPU (all of them within the last ten minutes)"
    return Row(f"evidence: start over {count:,} records", told, "", None)


def _checked(store: Database, count: int) -> Row:
    """What the verifier does with each record, without fetching."""
    found = [pair for page in pages(store) for pair in log.indexed(page)]
    lines = [Line(index, record) for index, record in found]
    leaves = [line.leaf for line in lines]
    lines = [Line(index, record) for index, record in found]
    public = {node: signer.public for node, signer in KEYS.items()}
    began = time.process_time()
    faults = [
        auditing.malformed(lines),
        auditing.placed(lines, leaves.__getitem__),
        Chains(None, beginning=True).broken(lines, leaves.__getitem__),
        auditing.signed(lines, lambda node, kid: public.get(node)),
    ]
    seconds = time.process_time() - began
    if any(faults):
        raise RuntimeError(str(next(filter(None, faults))))
    told = f"{seconds / count * 1e6:.0f} µs CPU a record, both signatures included"
    return Row("evidence: checked by the verifier", told, "", None)


def _rss() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--appended", type=int, default=APPENDED)
    arguments = parser.parse_args()
    found = rows(arguments.records, arguments.appended)
    for row in found:
        print(f"{row.what}: {row.result} ({row.goal or 'no goal'})")
    sys.exit(any(row.met is False for row in found))


if __name__ == "__main__":
    main()
