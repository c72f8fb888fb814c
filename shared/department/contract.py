"""What the contract of a department says of applications: which item has which form.

Guarantees: clients made from the contract know each item's form field by field, as the catalogue
shows it. Does not: check anything; that is the use cases' (`shared.department.usecases`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.department.schemas import ApplicationBody
from shared.item import Item
from shared.openapi import OneOf
from shared.schema import fields, validate

SOMEWHERE = "430104"
"""The division of the examples: 岳麓区, a county-level one."""


def applications(items: Iterable[Item]) -> OneOf:
    """An application is one for one of `items`, each with its example."""
    by_code = {item.code: item for item in items}
    schemas = {code: _application(item) for code, item in by_code.items()}
    examples = {code: _example(item) for code, item in by_code.items() if item.example}
    return OneOf("item", schemas, examples)


def _application(item: Item) -> type[ApplicationBody]:
    name = "".join(part.capitalize() for part in item.code.split("-"))
    exactly = {
        "item": fields.String(required=True, validate=validate.Equal(item.code)),
        "form": fields.Nested(item.form, required=True),
    }
    return type(f"{name}Application", (ApplicationBody,), exactly)


def _example(item: Item) -> dict[str, Any]:
    return {"item": item.code, "division": SOMEWHERE, "form": dict(item.example)}
