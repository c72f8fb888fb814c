"""An information resource (信息资源), as its provider declares it (pure).

    resource  {_id code, provider (node), subsystem, name{zh, en}, description{zh, en}, newest,
               fields, key, subject, schema, sharing, sharing_basis, openness, update_cycle, items,
               example, state, versions, history}
    fields: [{name, type, title{zh, en}}]. key: names of the fields by which a record is asked for.
    subject: {kind, field, also} whose fields identify whom it is about, or None.
    schema: JSON Schema (2020-12) of one record. newest: number of the version shown above.
    versions: [{version, sequence, fields, key, subject, schema, since, until}]; until: the day from
    which it is provided no more, or None.
    state: "published", or "withdrawn" where no version is provided any more.

Guarantees: a version that consumers hold grants for keeps what they rely on: a breaking change is
a new version beside it. Does not: judge a declaration by itself (`declarations`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.clock import local_day
from shared.errors import FieldError, NotFound
from shared.text import Text

Resource = Mapping[str, Any]
Declaration = Mapping[str, Any]

STATES = ("published", "withdrawn")
OF_VERSION = ("fields", "key", "subject", "schema")
SHOWN = (
    "name", "description", *OF_VERSION, "sharing", "sharing_basis", "openness", "update_cycle",
    "items", "example",
)  # fmt: skip
"""What a resource shows of the declaration of its newest version."""


def version_of(resource: Resource, number: int) -> Mapping[str, Any] | None:
    """The version `number` of the resource; None where it is not provided (any more)."""
    return next(
        (v for v in resource["versions"] if v["version"] == number and v["until"] is None), None
    )


def obstacles(resource: Resource | None, told: Declaration) -> Iterator[FieldError]:
    """Why `told` cannot become what `resource` (None: it is new) is."""
    if resource is None:
        return
    if (resource["provider"], resource["subsystem"]) != (told["member"], told["subsystem"]):
        detail = Text("该编码已由其他提供方使用", "This code is another provider's")
        yield FieldError("/code", detail, "code-taken")
        return
    known = _numbered(resource, told["version"])
    if known is not None:
        yield from _breaks(known, told)
    elif told["version"] < resource["newest"]:
        detail = Text(
            f"版本号应大于 {resource['newest']}", f"A new version comes after {resource['newest']}"
        )
        yield FieldError("/version", detail, "version-order")


def _numbered(resource: Resource, number: int) -> Mapping[str, Any] | None:
    return next((v for v in resource["versions"] if v["version"] == number), None)


def _breaks(known: Mapping[str, Any], told: Declaration) -> Iterator[FieldError]:
    """What a consumer of the version `known` would miss in `told`."""
    types = {field["name"]: field["type"] for field in told["fields"]}
    for field in known["fields"]:
        name = field["name"]
        if types.get(name) != field["type"]:
            zh, en = f"数据项 {name} 被删除或改变类型", f"{name} is gone or has another type"
            yield _breaking("/fields", zh, en)
    for name in ("key", "subject"):
        if told[name] != known[name]:
            yield _breaking(f"/{name}", f"{name} 已改变", f"{name} differs")


def _breaking(pointer: str, zh: str, en: str) -> FieldError:
    detail = Text(f"{zh}：不兼容的变更应使用新版本", f"{en}: a breaking change needs a new version")
    return FieldError(pointer, detail, "breaking-needs-version")


def declared(
    resource: Resource | None, told: Declaration, sequence: int, by: str, now: datetime
) -> dict[str, Any]:
    """The resource after the declaration `told`, in which nothing is wrong. by: who has told it."""
    before = resource or _blank(told)
    day = local_day(now).isoformat()
    known = _numbered(before, told["version"])
    version = {"version": told["version"], "sequence": sequence, "since": day, "until": None}
    if known is not None:
        version |= {"since": known["since"], "until": known["until"]}
    version |= {name: told[name] for name in OF_VERSION}
    others = [v for v in before["versions"] if v["version"] != told["version"]]
    after = {**before, "versions": sorted([*others, version], key=lambda v: int(v["version"]))}
    after["newest"] = max(before["newest"], told["version"])
    if told["version"] == after["newest"]:
        after |= {name: told[name] for name in SHOWN}
    action = "published" if resource is None else "changed"
    return _entered(after, action, told["version"], by, now)


def _blank(told: Declaration) -> dict[str, Any]:
    return {
        "_id": told["code"],
        "provider": told["member"],
        "subsystem": told["subsystem"],
        "newest": 0,
        "state": "published",
        "versions": [],
        "history": [],
    }


def _entered(
    resource: dict[str, Any], action: str, version: int, by: str, now: datetime, **told: Any
) -> dict[str, Any]:
    entry = {"at": now, "action": action, "version": version, "by": by, **told}
    return {**resource, "history": [*resource["history"], entry]}


def withdrawn(
    resource: Resource, number: int, by: str, reason: str, now: datetime
) -> dict[str, Any]:
    """The resource whose version `number` is provided no more; `NotFound` where it is not."""
    if version_of(resource, number) is None:
        raise NotFound(Text("没有在用的此版本", "No such version is provided"))
    day = local_day(now).isoformat()
    after = _with_until(resource, number, day)
    return _entered(after, "withdrawn", number, by, now, reason=reason)


def restored(
    resource: Resource, number: int, by: str, reason: str, now: datetime
) -> dict[str, Any]:
    """The resource whose version `number` is provided again; `NotFound` where it was not ended."""
    known = _numbered(resource, number)
    if known is None or known["until"] is None:
        raise NotFound(Text("没有已停用的此版本", "No such version has been withdrawn"))
    after = _with_until(resource, number, None)
    return _entered(after, "restored", number, by, now, reason=reason)


def _with_until(resource: Resource, number: int, until: str | None) -> dict[str, Any]:
    versions = [
        {**v, "until": until} if v["version"] == number else v for v in resource["versions"]
    ]
    provided = any(v["until"] is None for v in versions)
    return {**resource, "versions": versions, "state": STATES[0] if provided else STATES[1]}
