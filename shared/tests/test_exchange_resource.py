"""Declarations of resources: complete, and without contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from shared.exchange.resource import Resource, Subject
from shared.openapi import json_schema
from shared.schema import ResidentId, Schema, String, fields
from shared.text import Text

NAME = Text("户籍信息", "Household register")


class Household(Schema):
    identity = ResidentId(required=True, metadata={"title": Text("身份证号", "Identity number")})
    number = String(allow_none=True, metadata={"title": Text("户号", "Household number")})
    members = fields.List(fields.Dict(), metadata={"title": Text("成员", "Members")})


class Untitled(Schema):
    identity = ResidentId(required=True)


GIVEN: dict[str, Any] = {
    "code": "household-register",
    "name": NAME,
    "description": NAME,
    "schema": Household,
    "key": ("identity",),
    "subject": Subject("person", "identity", also=("members.identity",)),
}


def test_declaration() -> None:
    """What is announced names every field with its type and its title in both languages."""
    told = Resource(**GIVEN, items=("school-enrolment",)).declaration(json_schema)
    assert [(f["name"], f["type"]) for f in told["fields"]] == [
        ("identity", "string"),
        ("number", "string"),
        ("members", "array"),
    ]
    assert told["fields"][1]["title"] == {"zh": "户号", "en": "Household number"}
    assert told["schema"]["properties"].keys() == {"identity", "number", "members"}
    assert told["subject"] == {
        "kind": "person",
        "field": "identity",
        "also": ["members.identity"],
    }
    assert (told["sharing"], told["version"], told["items"]) == (
        "conditional",
        1,
        ["school-enrolment"],
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": Untitled}, "identity has no title"),
        ({"key": ("passport",)}, "passport, of the key"),
        ({"key": ()}, "no key"),
        ({"subject": Subject("person", "passport")}, "passport, of the subject"),
        ({"subject": Subject("person", "identity", ("others.id",))}, "others.id, of the subject"),
        ({"subject": Subject("animal", "identity")}, "animal is none of"),
        ({"sharing": "secret"}, "secret is none of"),
        ({"sharing": "not-shared"}, "without a legal reason"),
        ({"openness": "ajar"}, "ajar is none of"),
        ({"update_cycle": "hourly"}, "hourly is none of"),
    ],
)
def test_contradictions(change: dict[str, Any], said: str) -> None:
    """A declaration that contradicts itself is refused where it stands, and says why."""
    with pytest.raises(ValueError, match=said):
        Resource(**{**GIVEN, **change})


def test_withheld() -> None:
    """What is not shared says by which law."""
    basis = Text("《统计法》第九条", "Statistics Law, Art. 9")
    told = Resource(**GIVEN, sharing="not-shared", sharing_basis=basis).declaration(json_schema)
    assert told["sharing_basis"] == basis.both()
