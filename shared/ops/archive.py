"""A backup as it lies in a folder.

    manifest.json                 format, moment, counts and SHA-256 of every file; written last
    <service>/<collection>.bson   its documents one after the other, as mongodump writes them
    dead-letters.jsonl            {queue, attempt, reason, body (base64)} a line

Guarantees: only the owner can read any of it; a folder without a manifest is no backup; a file that
is not what the manifest says is refused before anything is written anywhere.
Does not: hold keys: what is sealed stays sealed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from shared.local.failure import Failure
from shared.store.snapshot import LENGTH, documents_in

FORMAT = 1
MANIFEST, LETTERS = "manifest.json", "dead-letters.jsonl"
CHUNK = 1 << 20


def prepare(folder: Path) -> None:
    """Make the folder; Failure where something is in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Failure(f"{folder} is not empty")
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}") from None


def create(path: Path) -> IO[bytes]:
    """A new file for the owner alone."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write(path: Path, parts: Iterable[bytes]) -> dict[str, Any]:
    """Write BSON; what the manifest says of the file."""
    digest, count, size = hashlib.sha256(), 0, 0
    with create(path) as file:
        for part in parts:
            count += len(documents_in(part))
            size += len(part)
            digest.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return {"documents": count, "bytes": size, "sha256": digest.hexdigest()}


def write_lines(path: Path, values: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Write JSON lines; what the manifest says of the file."""
    lines = [orjson.dumps(value) + b"\n" for value in values]
    with create(path) as file:
        file.writelines(lines)
    content = b"".join(lines)
    digest = hashlib.sha256(content).hexdigest()
    return {"documents": len(lines), "bytes": len(content), "sha256": digest}


def seal(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest: now it is a backup."""
    with create(folder / MANIFEST) as file:
        file.write(orjson.dumps({"format": FORMAT, **manifest}, option=orjson.OPT_INDENT_2) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest; Failure where there is none that can be read."""
    try:
        found: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise Failure(f"{folder} is no finished backup: {MANIFEST}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise Failure(f"{folder / MANIFEST}: {error}") from None
    if found.get("format") != FORMAT:
        raise Failure(f"{folder}: format {found.get('format')}; this version reads {FORMAT}")
    return found


def verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Failure where a file is not the one that was written."""
    for name, said in manifest["files"].items():
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Failure(f"{folder / name}: {error.strerror}") from None
        if digest != said["sha256"]:
            raise Failure(f"{folder / name} is not what was written (SHA-256 differs)")


def documents(path: Path) -> Iterator[bytes]:
    """The BSON documents in a file, one after the other."""
    with path.open("rb") as file:
        while head := file.read(LENGTH):
            yield head + file.read(int.from_bytes(head, "little") - LENGTH)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON values in a file of lines."""
    with path.open("rb") as file:
        yield from map(orjson.loads, file)
