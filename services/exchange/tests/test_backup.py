"""Evidence after a restore: whole, proven, and going on."""

from pathlib import Path
from typing import Any

from services.exchange.service import COLLECTIONS
from services.exchange.tests.evidence import appender, entry, records
from shared.ops.backing import backup
from shared.ops.restoring import restore
from shared.ops.setting import Setting
from shared.store import Database, create_indexes
from shared.timekeeping import system_time


def test_restored(mongo_uri: str, tmp_path: Path) -> None:
    """A log that was backed up and restored is proven, record for record, and goes on."""
    setting = Setting({"evidence-backup": ""}, None, mongo_uri)
    raw: Any = setting.database("evidence-backup")
    create_indexes(raw, COLLECTIONS)
    store = Database(raw, COLLECTIONS, lambda outgoing: None)
    log = appender(store)
    for n in range(7):
        log.append(entry(f"{n}"))
    before = records(store)
    backup(setting, tmp_path / "b", system_time)
    log.append(entry("after"))
    for name in COLLECTIONS:
        raw[name].delete_many({})
    restore(setting, tmp_path / "b")
    assert records(store) == before
    again = appender(store)
    assert again.tree(fresh=True).size == len(before)
    again.append(entry("next"))
    assert [record["id"] for record in records(store)] == [*map(str, range(7)), "next"]
