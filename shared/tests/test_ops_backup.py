"""Backups of real databases: one moment, whole, and refused where they are not what was written."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from shared.figures import Due
from shared.local.failure import Failure
from shared.ops import archive
from shared.ops.backing import backup
from shared.ops.republishing import moment
from shared.ops.restoring import restore
from shared.ops.setting import Setting
from shared.store import Database, Index, create_indexes
from shared.testing import NOON
from shared.tests.test_posting import BOOKS, FAR, Told, hear, kept, recounted
from shared.timekeeping import system_time

PRODUCER, CONSUMER = "backup-one", "backup-two"
COLLECTIONS = {"cases": [], "postings": [Index.on("at")], "figures": [], "files": []}
MANY = 1_200


@pytest.fixture
def setting(mongo_uri: str) -> Iterator[Setting]:
    """Two databases without anything."""
    made = Setting({PRODUCER: "", CONSUMER: ""}, None, mongo_uri)
    for name in made.services:
        create_indexes(made.database(name), COLLECTIONS)
    yield made
    wipe(made)


def wipe(setting: Setting) -> None:
    for name in setting.services:
        for collection in setting.database(name).list_collection_names():
            setting.database(name)[collection].delete_many({})


def store(setting: Setting, name: str) -> Database:
    return Database(setting.database(name), COLLECTIONS, lambda outgoing: None)


class Writer(Thread):
    """Tells the second database only what the first has, and counts in the first."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.one, self.two = store(setting, PRODUCER), store(setting, CONSUMER)
        self.over, self.told, self.waiting = Event(), 0, list[Due]()

    def run(self) -> None:
        while not self.over.is_set():
            self.told += 1
            hear(self.one, [Told(f"{self.told}", 1 + self.told % 3)], self._later)
            self.two["cases"].add({"_id": f"{self.told}"})

    def _later(self, store: Any, due: Due) -> None:
        self.waiting.append(due)
        if self.told % 3 == 0:
            BOOKS.post(store, self.waiting)
            self.waiting.clear()


def test_one_moment(setting: Setting, tmp_path: Path) -> None:
    """While both databases are written, a backup has nothing in the one that the other has not
    told yet, and figures that are those of its cases."""
    files = setting.database(PRODUCER)["files"]
    files.insert_many([{"_id": n, "data": b"\0" * 2_000, "at": NOON} for n in range(MANY)])
    writer = Writer(setting)
    writer.start()
    while writer.told < 10:
        writer.join(0.01)
    told = backup(setting, tmp_path / "b", system_time)
    after = writer.told
    writer.over.set()
    writer.join()
    assert "one moment" in told.lines[0]
    wipe(setting)
    restore(setting, tmp_path / "b")
    ids = {name: set(store(setting, name)["cases"].get_many(map(str, range(after + 2))))
           for name in setting.services}  # fmt: skip
    assert ids[CONSUMER] <= ids[PRODUCER] and len(ids[PRODUCER] - ids[CONSUMER]) <= 1
    assert len(ids[CONSUMER]) >= 9
    one = store(setting, PRODUCER)
    BOOKS.finish_left_behind(one, FAR)
    cases = [Told(case["_id"], case["step"]) for case in one["cases"].each({})]
    assert kept(one) == recounted(cases)
    assert next(files.find({}).limit(1))["at"] == NOON
    assert files.count_documents({}) == MANY


def test_refused(setting: Setting, tmp_path: Path) -> None:
    """A backup that was changed or not finished, and a database that is not empty, are refused
    before anything is written; a folder with something in it is no place for a backup."""
    store(setting, PRODUCER)["cases"].add({"_id": "1"})
    folder = tmp_path / "b"
    backup(setting, folder, system_time)
    file = folder / PRODUCER / "cases.bson"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with pytest.raises(Failure, match="not empty"):
        restore(setting, folder)
    with pytest.raises(Failure, match="not empty"):
        backup(setting, folder, system_time)
    wipe(setting)
    content = file.read_bytes()
    file.write_bytes(content[:-2] + b"\1\0")
    with pytest.raises(Failure, match="not what was written"):
        restore(setting, folder)
    file.write_bytes(content)
    (folder / archive.MANIFEST).rename(folder / "other")
    with pytest.raises(Failure, match="no finished backup"):
        restore(setting, folder)
    assert store(setting, PRODUCER)["cases"].get("1") is None
    (folder / "other").rename(folder / archive.MANIFEST)
    assert restore(setting, folder).rows[0]["documents"] == 1


@pytest.mark.parametrize(
    ("text", "ago"),
    [("2h", timedelta(hours=2)), ("90 min", timedelta(minutes=90)), ("1 d", timedelta(days=1))],
)
def test_since(text: str, ago: timedelta) -> None:
    """A span goes back from now; a time must say its offset."""
    assert moment(text, NOON) == NOON - ago
    assert moment("2026-11-23T12:00:00+08:00", FAR) == NOON
    for wrong in ("2026-11-23T12:00:00", "soon", "2 weeks"):
        with pytest.raises(ValueError, match=r"."):
            moment(wrong, NOON)
