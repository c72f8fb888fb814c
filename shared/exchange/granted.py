"""Which of the grants that a consumer holds covers a use (pure).

Guarantees: a grant is picked only where it names resource, kind, purpose, item and every field, on
a day it is in force; of several, the one that lasts longest.
Does not: count quotas, or know what was revoked a moment ago; the exchange does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.errors import NotFound
from shared.text import Text

Grant = Mapping[str, Any]


def picked(grants: Iterable[Grant], use: Mapping[str, Any], today: date) -> str | None:
    """The id of the grant for `use` {resource, kind, purpose, item, fields}."""
    fitting = [grant for grant in grants if fits(grant, use, today)]
    found = max(fitting, key=lambda grant: (grant["until_day"], grant["_id"]), default=None)
    return None if found is None else str(found["_id"])


def not_granted(use: Mapping[str, Any]) -> NotFound:
    """No grant that is held covers `use`."""
    told = Text(
        f"没有可用于此用途的授权：{use['resource']}，{use['purpose']}",
        f"No grant covers this use: {use['resource']}, {use['purpose']}",
    )
    return NotFound(told, type="grant-unknown")


def fits(grant: Grant, use: Mapping[str, Any], today: date) -> bool:
    """Whether `grant` covers `use` on `today`, as far as its holder knows."""
    return (
        grant["state"] == "active"
        and grant["resource"] == use["resource"]
        and grant["from_day"] <= today.isoformat() <= grant["until_day"]
        and use["kind"] in grant["kinds"]
        and use["purpose"] in grant["purposes"]
        and (use["item"] in grant["items"] or (use["item"] is None and not grant["items"]))
        and set(use["fields"]) <= set(grant["fields"])
    )


def is_for(grant: Grant, consumer: str) -> bool:
    """Whether `grant` is for `consumer`, by its name or as any system of its member."""
    member = consumer.rpartition("/")[0]
    return grant["consumer"] in (consumer, f"{member}/*")
