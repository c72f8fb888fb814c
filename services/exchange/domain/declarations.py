"""What a declaration of a resource must be by itself: its shape, and one table of rules (pure).

Guarantees: a declaration that loads and breaks no rule can be listed, asked for and provided.
Source: Guideline for Compiling Catalogues of Government Information Resources (Trial), 2017; that
sharing is the rule and withholding needs its legal reason: Regulation on the Sharing of Government
Data (State Council Decree 809, 2025).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.exchange.domain.members import MEMBER, SUBSYSTEM
from shared.errors import FieldError
from shared.exchange.resource import CYCLES, OPENNESS, SHARING, SUBJECTS
from shared.schema import BilingualText, Integer, Schema, String, fields, validate
from shared.text import Text

Declaration = Mapping[str, Any]

SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$(?!\n)"
FIELD_NAME = r"^[A-Za-z][A-Za-z0-9_-]*$(?!\n)"
TYPES = ("string", "integer", "boolean", "array", "object")


def slug(longest: int = 60, **given: Any) -> String:
    return String(longest=longest, validate=validate.Regexp(SLUG), **given)


def field_name(**given: Any) -> String:
    return String(longest=60, validate=validate.Regexp(FIELD_NAME), **given)


def place(**given: Any) -> String:
    """A field, or one below it: ``members.identity``."""
    pattern = r"^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*$(?!\n)"
    return String(longest=120, validate=validate.Regexp(pattern), **given)


class DeclaredField(Schema):
    name = field_name(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    title = BilingualText(required=True)


class DeclaredSubject(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    field = place(required=True)
    also = fields.List(place(), load_default=list, validate=validate.Length(max=20))


class DeclaredBody(Schema):
    """What a resource is, without whose it is, which code it has and in which version."""

    name = BilingualText(required=True)
    description = BilingualText(required=True)
    fields_ = fields.List(
        fields.Nested(DeclaredField),
        required=True,
        data_key="fields",
        attribute="fields",
        validate=validate.Length(min=1, max=200),
    )
    key = fields.List(field_name(), required=True, validate=validate.Length(min=1, max=10))
    subject = fields.Nested(DeclaredSubject, load_default=None, allow_none=True)
    schema = fields.Dict(keys=fields.String(), required=True)
    sharing = fields.String(required=True, validate=validate.OneOf(SHARING))
    sharing_basis = BilingualText(load_default=None, allow_none=True)
    openness = fields.String(required=True, validate=validate.OneOf(OPENNESS))
    update_cycle = fields.String(required=True, validate=validate.OneOf(CYCLES))
    items = fields.List(slug(), load_default=list, validate=validate.Length(max=200))
    example = fields.Dict(keys=fields.String(), load_default=dict)


class Declared(DeclaredBody):
    """A whole declaration; member: the provider's node, subsystem: its system."""

    member = String(
        required=True, longest=80, validate=validate.Regexp(rf"^{MEMBER.pattern}$(?!\n)")
    )
    subsystem = String(
        required=True, longest=64, validate=validate.Regexp(rf"^{SUBSYSTEM.pattern}$(?!\n)")
    )
    code = slug(required=True)
    version = Integer(required=True, minimum=1, maximum=10_000)


class Rule(NamedTuple):
    """`holds` for a good declaration; else `pointer` is at fault, for the reason `detail`."""

    slug: str
    pointer: str
    holds: Callable[[Declaration], bool]
    detail: Text


def _names(told: Declaration) -> list[str]:
    return [field["name"] for field in told["fields"]]


def _properties(told: Declaration) -> Mapping[str, Any]:
    found = told["schema"].get("properties")
    return found if isinstance(found, Mapping) else {}


def _subject_exists(told: Declaration) -> bool:
    subject = told["subject"]
    if subject is None:
        return True
    places = (subject["field"], *subject["also"])
    return all(one.partition(".")[0] in _names(told) for one in places)


RULES = (
    Rule(
        "withheld-has-basis",
        "/sharing_basis",
        lambda d: d["sharing"] != "not-shared" or d["sharing_basis"] is not None,
        Text("不予共享的，应列明法律、行政法规依据", "What is not shared needs its legal reason"),
    ),
    Rule(
        "withheld-not-open",
        "/openness",
        lambda d: d["sharing"] != "not-shared" or d["openness"] != "open",
        Text("不予共享的资源不能向社会开放", "What is not shared cannot be open to the public"),
    ),
    Rule(
        "persons-not-open",
        "/openness",
        lambda d: (
            d["subject"] is None or d["subject"]["kind"] != "person" or d["openness"] != "open"
        ),
        Text("涉及个人的资源不能直接向社会开放", "What is about persons cannot be open as it is"),
    ),
    Rule(
        "fields-distinct",
        "/fields",
        lambda d: max(Counter(_names(d)).values()) == 1,
        Text("数据项名称重复", "Two fields have the same name"),
    ),
    Rule(
        "key-exists",
        "/key",
        lambda d: set(d["key"]) <= set(_names(d)),
        Text("查询键应为已声明的数据项", "The key must be of declared fields"),
    ),
    Rule(
        "subject-exists",
        "/subject/field",
        _subject_exists,
        Text("主体标识应为已声明的数据项", "The subject must be of declared fields"),
    ),
    Rule(
        "schema-fits",
        "/schema",
        lambda d: set(_names(d)) <= set(_properties(d)),
        Text("数据项应在 JSON Schema 的 properties 中", "Every field must be in the JSON Schema"),
    ),
)


def findings(told: Declaration) -> Iterator[FieldError]:
    """Every rule that the loaded declaration breaks."""
    return (FieldError(r.pointer, r.detail, r.slug) for r in RULES if not r.holds(told))
