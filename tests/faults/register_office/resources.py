"""What the register provides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.exchange.resource import Key, Resource, Source, Subject
from shared.schema import ResidentId, Schema, String
from shared.text import Text


class Resident(Schema):
    identity = ResidentId(required=True, metadata={"title": Text("身份证号", "Identity number")})
    name = String(metadata={"title": Text("姓名", "Name")})
    address = String(metadata={"title": Text("住址", "Address")})
    remarks = String(metadata={"title": Text("备注", "Remarks")})


def read(
    source: Source, keys: Sequence[Key], fields: Collection[str]
) -> Sequence[Mapping[str, Any] | None]:
    """All keys in one read of the store."""
    found = source.store["residents"].get_many(key["identity"] for key in keys)
    rows = {id_: {**row, "identity": id_} for id_, row in found.items()}
    return [rows.get(key["identity"]) for key in keys]


RESIDENTS = Resource(
    code="residents",
    name=Text("常住人口", "Residents"),
    description=Text("常住人口登记", "The register of residents"),
    schema=Resident,
    key=("identity",),
    subject=Subject("person", "identity"),
    read=read,
)
