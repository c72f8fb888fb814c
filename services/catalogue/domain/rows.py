"""Rows of an import: what one line says, or everything that is wrong with it (pure).

A line is one JSON object (newline-delimited JSON): the item's content and the division whose
authority exercises it. Guarantees: a row is taken whole or not at all; every fault names its field
and rule. What passed once passes again without being checked twice, which makes files of the real
size cheap: values repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from services.catalogue.domain.contents import ImportedItem
from services.catalogue.domain.lint import findings
from shared.errors import FieldError
from shared.schema import ValidationError
from shared.text import Text
from shared.wording import field_errors

REMEMBERED = 60_000


class Row(NamedTuple):
    """A good row: `content` as it is kept (JSON, canonical)."""

    code: str
    division: str
    effective_from: str
    department: str
    content: bytes

    @property
    def digest(self) -> str:
        """The digest of the version that the row makes (`versions.digest`)."""
        return sha256(self.content).hexdigest()


TOO_LONG = FieldError(
    "", Text("行过长（超过 64 KB）", "The line is longer than 64 KB"), "line-too-long"
)
NOT_JSON = FieldError("", Text("不是 JSON 对象", "Not a JSON object"), "json")
REPEATED = FieldError(
    "/code",
    Text(
        "文件中已有同一事项、区划和生效日期的行",
        "The file has a row for this item, division and day already",
    ),
    "repeated",
)
ANNOUNCED = FieldError(
    "/code",
    Text("该事项由部门系统发布，不能导入", "A department's service announces this item"),
    "announced",
)
OUTSIDE = FieldError(
    "/department",
    Text("超出本人管理的部门或区划", "Outside the department or division you administer"),
    "outside-authority",
)
UNKNOWN_DIVISION = FieldError(
    "/division", Text("没有这个行政区划", "There is no such division"), "division-unknown"
)
UNKNOWN_DEPARTMENT = FieldError(
    "/department", Text("没有这个部门", "There is no such department"), "department-unknown"
)


class Reader:
    """Reads the rows of one file."""

    def __init__(self, divisions: Collection[str], departments: Collection[str]) -> None:
        self._divisions = divisions
        self._departments = departments
        self._schema = ImportedItem()
        self._keys = frozenset(self._schema.fields)
        self._defaults = {
            name: field.load_default
            for name, field in self._schema.fields.items()
            if not field.required
        }
        self._good: dict[tuple[str, bytes], Any] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def read(self, line: bytes | None) -> Row | list[FieldError]:
        """The row that `line` says, or what is wrong with it."""
        if line is None:
            return [TOO_LONG]
        try:
            given = orjson.loads(line)
        except orjson.JSONDecodeError:
            return [NOT_JSON]
        if not isinstance(given, dict):
            return [NOT_JSON]
        content = self._load(given)
        return content if isinstance(content, list) else self._judge(content)

    def _load(self, given: Mapping[str, Any]) -> dict[str, Any] | list[FieldError]:
        keys = {name: (name, orjson.dumps(value)) for name, value in given.items()}
        missing = self._keys - given.keys()
        if missing <= self._defaults.keys() and all(k in self._good for k in keys.values()):
            content = {name: self._good[key] for name, key in keys.items()}
            return content | {name: self._default(name) for name in missing}
        try:
            loaded: dict[str, Any] = self._schema.load(given)
        except ValidationError as refusal:
            return field_errors(refusal.messages)
        if len(self._good) > REMEMBERED:
            self._good.clear()
        self._good.update(((n, _compact(v)), loaded[n]) for n, v in keys.values())
        return loaded

    def _default(self, name: str) -> Any:
        default = self._defaults[name]
        return default() if callable(default) else default

    def _judge(self, content: dict[str, Any]) -> Row | list[FieldError]:
        faults = findings(content)
        division = content["division"]
        if division not in self._divisions:
            faults.append(UNKNOWN_DIVISION)
        if content["department"] not in self._departments:
            faults.append(UNKNOWN_DEPARTMENT)
        identity = (content["code"], division, content["effective_from"])
        if identity in self._seen:
            faults.append(REPEATED)
        if faults:
            return faults
        self._seen.add(identity)
        kept = {name: value for name, value in content.items() if name != "division"}
        return Row(
            *identity,
            content["department"],
            _compact(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)),
        )


def _compact(data: bytes) -> bytes:
    """A copy of its own size: orjson hands out buffers of several KB, however short the text."""
    return bytes(memoryview(data))
