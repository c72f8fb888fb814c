"""How a citizen sees the readings of their data (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from services.exchange.usecases.my_data import Reading, Subjects

Documents = Mapping[str, Mapping[str, Any]]


class Names(NamedTuple):
    """What records name, by id."""

    nodes: Documents
    resources: Documents
    grants: Documents


def nodes_in(readings: Iterable[Reading]) -> set[str]:
    """The nodes on either side."""
    return {node for one in readings for node in (_member(one), one.record["provider"]) if node}


def named_in(readings: Iterable[Reading], field: str) -> set[str]:
    """What the records name in `field`."""
    return {one.record[field] for one in readings if one.record[field]}


def reading(one: Reading, subjects: Subjects, names: Names) -> dict[str, Any]:
    """One reading; what it names is told by its name as it is today."""
    record = one.record
    grant = names.grants.get(record["grant"] or "", {})
    return {
        "index": one.index,
        "leaf": one.leaf,
        "id": record["id"],
        "at": record["at"],
        "about": [dict(subjects[subject]) for subject in one.about],
        "consumer": {
            **_node(_member(one), names),
            "system": record["consumer"].rpartition("/")[2],
        },
        "provider": _node(record["provider"], names) if record["provider"] else None,
        "kind": record["kind"],
        "resource": _resource(record, names),
        "fields": _fields(record, names),
        "purpose": record["purpose"],
        "item": record["item"],
        "case": record["case"],
        "grant": {"id": record["grant"], "number": grant.get("number")},
        "outcome": record["outcome"],
        "complaint": f"/exchange/my-data/{one.index}/complaint",
        "evidence": f"/exchange/evidence/inclusion?index={one.index}",
    }


def _member(one: Reading) -> str:
    member: str = one.record["consumer"].rpartition("/")[0]
    return member


def _node(id_: str, names: Names) -> dict[str, Any]:
    return {"id": id_, "name": names.nodes.get(id_, {}).get("name") or _both(id_)}


def _resource(record: Mapping[str, Any], names: Names) -> dict[str, Any] | None:
    code = record["resource"]
    if code is None:
        return None
    return {"code": code, "name": names.resources.get(code, {}).get("name") or _both(code)}


def _fields(record: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    declared = names.resources.get(record["resource"] or "", {}).get("fields", ())
    titles = {field["name"]: field["title"] for field in declared}
    return [{"name": n, "title": titles.get(n) or _both(n)} for n in record["fields"]]


def _both(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}
