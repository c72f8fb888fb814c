"""An information resource (信息资源), as its provider declares it (pure).

resource  {_id code, provider (node), subsystem, name{zh, en}, description{zh, en}, newest,
           fields, key, subject, schema, sharing, sharing_basis, openness, update_cycle, items,
           state, versions, findings, history}
fields: [{name, type, title{zh, en}}]. key: names of the fields by which one record is asked for.
subject: {kind, field} whose field identifies the person it is about, or None.
schema: JSON Schema (2020-12) of one record. newest: number of the version whose fields stand above.
versions: [{version, fields, key, subject, schema, since, until}], each listed until it ends.
state: "published", "faulty" (never passed the lint; `findings` says why), "withdrawn".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Resource = Mapping[str, Any]

SHARING = ("unconditional", "conditional", "not-shared")
OPENNESS = ("open", "open-on-request", "not-open")
UPDATE_CYCLES = ("realtime", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular")
STATES = ("published", "faulty", "withdrawn")
SUBJECTS = ("person", "legal-person")


def version_of(resource: Resource, number: int) -> Mapping[str, Any] | None:
    """The listed version `number` of the resource; None where it is not listed (any more)."""
    return next(
        (v for v in resource["versions"] if v["version"] == number and v["until"] is None), None
    )
