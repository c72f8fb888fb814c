"""``restore``: a backup into empty databases.

Guarantees: nothing is written before every file of the backup was checked and every database was
found empty; afterwards each collection has as many documents as the backup.
Does not: begin while services run (they write when they start, so nothing is empty), or publish:
start the services on an empty broker, then ``republish --from FOLDER``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shared.local.failure import Failure
from shared.ops import archive
from shared.ops.setting import Setting
from shared.ops.telling import Told
from shared.store.snapshot import filled, load

COLUMNS = ("service", "collections", "documents")


def restore(setting: Setting, folder: Path) -> Told:
    """Load the services that the backup has; Failure where one of them is not empty."""
    manifest = archive.manifest_of(folder)
    archive.verify(folder, manifest)
    services = [service for service in setting.services if service in manifest["moments"]]
    _refuse_filled(setting, services)
    rows = [_loaded(setting, service, folder, manifest["files"]) for service in services]
    without = [service for service in setting.services if service not in services]
    lines = [
        f"as of {manifest['moment']}; start the services, then: republish --from {folder}",
        *([f"not in the backup: {', '.join(without)}"] if without else []),
    ]
    return Told(COLUMNS, rows, lines)


def _refuse_filled(setting: Setting, services: Iterable[str]) -> None:
    for service in services:
        if there := filled(setting.database(service)):
            told = ", ".join(there)
            raise Failure(f"The database of {service} is not empty ({told}); nothing was written")


def _loaded(
    setting: Setting, service: str, folder: Path, files: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    database, total, count = setting.database(service), 0, 0
    for name, said in files.items():
        if not name.startswith(f"{service}/"):
            continue
        collection = name.removeprefix(f"{service}/").removesuffix(".bson")
        there = load(database, collection, archive.documents(folder / name))
        if there != said["documents"]:
            raise Failure(f"{name}: {there} documents were written of {said['documents']}")
        total, count = total + there, count + 1
    return {"service": service, "collections": count, "documents": total}
