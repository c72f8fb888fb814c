"""What was seen of the log, kept in a folder of one's own, as monitors of transparency logs do.

    log.json        {origin, keys [JWK]}: whose heads are believed
    heads.ndjson    {day (None: just a head that was seen), note}
    records.ndjson  {index, record}, in the order of the log
    members.json    {node: [JWK]}: keys of members that were seen
    state.json      {node, size, bytes, pages, last}: whose records they are (None: everybody's), up
                    to which size of the log they are complete, and how many bytes of records.ndjson
                    count; so many pages that is (None: not told), and the last record of each node
                    {node: [index, leaf hash]}: by these a check goes on where the last one ended

Guarantees: what is kept is replaced by `state.json` in one step, so a check that is interrupted
leaves the copy as it was.
Does not: protect the folder; whoever can change it can make a check say anything.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from services.exchange.domain.auditing import Line

RECORDS, FRESH, STATE = "records.ndjson", "records.fresh", "state.json"


class Copy:
    """The copy in `folder`, which is made where it is not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.state: dict[str, Any] = self.read(STATE, {"node": None, "size": 0, "bytes": 0})
        (folder / FRESH).unlink(missing_ok=True)

    def read(self, name: str, otherwise: Any = None) -> Any:
        """What the file `name` holds; `otherwise` where it is not there."""
        file = self._folder / name
        return orjson.loads(file.read_bytes()) if file.exists() else otherwise

    def write(self, name: str, value: Any) -> None:
        """Replace the file `name`."""
        fresh = self._folder / f"{name}.new"
        fresh.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))
        fresh.replace(self._folder / name)

    def heads(self) -> list[dict[str, Any]]:
        """The heads that were seen, {day, note}, in the order in which they were."""
        file = self._folder / "heads.ndjson"
        return [orjson.loads(line) for line in file.open("rb")] if file.exists() else []

    def records(self) -> Iterator[Line]:
        """The records that are kept."""
        left = self.state["bytes"]
        if left:
            with (self._folder / RECORDS).open("rb") as opened:
                for raw in opened:
                    if left <= 0:
                        return
                    left -= len(raw)
                    told = orjson.loads(raw)
                    yield Line(told["index"], told["record"])

    def stage(self, records: Iterable[Line]) -> None:
        """Put records aside, which follow those that are kept."""
        with (self._folder / FRESH).open("ab") as opened:
            told = ({"index": line.index, "record": line.record} for line in records)
            opened.writelines(orjson.dumps(each) + b"\n" for each in told)

    def commit(
        self, node: str | None, size: int, heads: Iterable[dict[str, Any]], **more: Any
    ) -> None:
        """Keep what was put aside, and these heads: the copy is complete up to `size`. more: what
        else the state has."""
        with (self._folder / "heads.ndjson").open("ab") as opened:
            opened.writelines(orjson.dumps(head) + b"\n" for head in heads)
        with (self._folder / RECORDS).open("ab") as opened:
            opened.truncate(self.state["bytes"])
            if (self._folder / FRESH).exists():
                with (self._folder / FRESH).open("rb") as fresh:
                    shutil.copyfileobj(fresh, opened)
            count = opened.tell()
        self.state = {"node": node, "size": size, "bytes": count, **more}
        self.write(STATE, self.state)
        (self._folder / FRESH).unlink(missing_ok=True)
