"""What the guide for a new department shows of its items, and of providing and using data, works as
it stands."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from services.catalogue.usecases.items import judged
from shared.errors import Unavailable
from shared.exchange.answering import read
from shared.exchange.resource import Source
from shared.exchange.testing import FakeSharing
from shared.openapi import json_schema
from shared.personal import Vault
from shared.testing import NOON, FakeStore
from tests.architecture.test_services import FILES
from tests.architecture.tree import ROOT

GUIDE = ROOT / "docs" / "new-department.md"
ITEMS = "### 1. `services/housing/items.py`: what can be applied for"
SECTION = "## Let others use what you hold, and use what they hold"
KEY = base64.b64encode(b"k" * 32).decode()


def defined(title: str) -> list[dict[str, Any]]:
    """The names that each Python example of the section `title` defines."""
    section = re.split(r"\n###? ", GUIDE.read_text(encoding="utf-8").split(f"{title}\n")[1])[0]
    examples = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    found: list[dict[str, Any]] = [{"__name__": f"example_{n}"} for n, _ in enumerate(examples)]
    for names, example in zip(found, examples, strict=True):
        exec(example, names)
    return found


@pytest.fixture(scope="module")
def shown() -> list[dict[str, Any]]:
    """What the section on sharing data defines."""
    return defined(SECTION)


def test_item() -> None:
    """The item passes the catalogue's lint, its form with a name for every field, and its example
    is an application."""
    item = defined(ITEMS)[0]["LEASE_FILING"]
    assert judged(item.announcement(json_schema))[1] == []
    assert item.form().validate(dict(item.example)) == {}


def test_files() -> None:
    """The guide shows every file that a service must have, but for the empty one."""
    guide = GUIDE.read_text(encoding="utf-8")
    named = re.findall(r"^### .*`services/housing/([\w/.]+)`", guide, re.MULTILINE)
    assert set(FILES) - set(named) == {"__init__.py"}


def test_provided(shown: list[dict[str, Any]]) -> None:
    """The resource declares itself, its example is a row, and each key is read in its place."""
    resource = shown[0]["LEASES_FILED"]
    assert resource.declaration(json_schema)["key"] == ["certificate"]
    assert resource.schema().validate(dict(resource.example)) == {}
    store = FakeStore()
    for number in ("1", "2"):
        lease = {"number": f"号 {number}", "address": f"路 {number}", "filed_at": NOON}
        store["leases"].add({"_id": number, **lease})
    keys = [{"certificate": f"号 {number}"} for number in "231"]
    rows = read(resource, keys, ("address",), Source(store, Vault(f"k1:{KEY}", KEY), NOON))
    assert [row and row["address"] for row in rows] == ["路 2", None, "路 1"]
    assert resource.schema().validate(dict(rows[0] or {})) == {}


def test_used(shown: list[dict[str, Any]]) -> None:
    """The use case reads one field for its case, and goes on where the register is away."""
    sharing = FakeSharing(
        {"household-membership": lambda key: {"division": "430104", "head": True}}
    )
    registered_in = shown[1]["registered_in"]
    assert registered_in(sharing, "11010519491231002X", "1") == "430104"
    [use] = sharing.uses
    assert (use["case"], use["item"]) == ("housing/1", "housing-lease-filing")
    sharing.failing = Unavailable()
    assert registered_in(sharing, "11010519491231002X", "1") is None
