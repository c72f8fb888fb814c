"""The OpenAPI 3.1 document of a service, made from its declarations.

Guarantees: it says what the entrypoints declare and nothing else, so it cannot drift; schemas are
JSON Schema 2020-12. Does not: describe events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from zlib import crc32

import marshmallow
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared import schema as own
from shared.schema import Schema, validate
from shared.text import Text

VERSION = "3.1.0"
PATH_VALUE = re.compile(r"<(?:\w+:)?(\w+)>")

EVENT_STREAM = "text/event-stream"
"""Its schema would be one event's, not the stream's (OpenAPI 3.2)."""

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "rule", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
                    "rule": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class OneOf:
    """What a body may be: the schema that the value of its field `by` names.

    schemas: by that value. examples: by that value, whole bodies.
    """

    by: str
    schemas: Mapping[str, type[Schema]]
    examples: Mapping[str, Any] = field(default_factory=dict)


Variants = Mapping[type[Schema], OneOf]
"""By the schema that an entrypoint declares for its body: what the body is more exactly."""


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """`schema` as one self-contained JSON Schema (2020-12)."""
    plugin = _plugin(named=False)
    _spec("form", plugin)
    converted: dict[str, Any] = plugin.converter.schema2jsonschema(schema())  # type: ignore[union-attr]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **converted}


def document(
    service: str, title: str, routes: Iterable[Any], variants: Variants | None = None
) -> dict[str, Any]:
    """The document of `service`; `routes` are its `Http` entrypoints, bound."""
    spec = _spec(title, _plugin(named=True))
    spec.components.schema("Problem", PROBLEM)
    spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    for route in sorted(routes, key=lambda r: (r.path, r.method)):
        path = PATH_VALUE.sub(r"{\1}", f"/{service}{route.path}")
        described = operation(service, route, variants or {})
        spec.path(path, operations={route.method.lower(): described})
    return spec.to_dict()


def operation(service: str, route: Any, variants: Variants) -> dict[str, Any]:
    """One operation object."""
    described: dict[str, Any] = {
        "operationId": f"{service}_{route.method_name}",
        "summary": route.summary,
        "tags": [service],
        "parameters": [*_path_values(route), *_headers(route)],
        "responses": {str(int(route.status)): _reply(route), "default": _refusal(route)},
    }
    for place, schema in (("query", route.query), ("header", route.headers)):
        if schema:
            described["parameters"].append({"in": place, "schema": schema})
    if not route.who.public:
        described["security"] = [{"bearer": []}]
        if route.who.powers:
            described["description"] = f"Powers: {', '.join(sorted(route.who.powers))}"
        if route.who.scopes:
            described["description"] = f"Scopes: {', '.join(sorted(route.who.scopes))}"
    if route.body or route.raw:
        described["requestBody"] = _body(route, variants.get(route.body))
    return described


def _body(route: Any, variants: OneOf | None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": route.body or {"type": "string", "format": "binary"}}
    if variants:
        content = _one_of(variants)
    elif route.body and route.example is not None:
        content["example"] = route.example
    return {"required": True, "content": {media_type: content for media_type in route.consumes}}


def _one_of(variants: OneOf) -> dict[str, Any]:
    mapping = {value: _reference(schema) for value, schema in variants.schemas.items()}
    return {
        "schema": {
            "oneOf": list(variants.schemas.values()),
            "discriminator": {"propertyName": variants.by, "mapping": mapping},
        },
        "examples": {value: {"value": body} for value, body in variants.examples.items()},
    }


def _reference(schema: type[Schema]) -> str:
    return f"#/components/schemas/{_name(schema)}"


def _reply(route: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    schema: Any = route.reply
    if schema is None and route.produces == "application/json":
        return described
    if schema is not None and _is_list(route):
        schema = {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": route.reply}},
        }
    unnamed = {} if route.produces == EVENT_STREAM else {"type": "string", "format": "binary"}
    content: dict[str, Any] = {"schema": schema or unnamed}
    if route.example is not None and not route.body:
        content["example"] = route.example
    described["content"] = {route.produces: content}
    return described


def _is_list(route: Any) -> bool:
    return route.many or bool(route.query and issubclass(route.query, own.Paged))


def _refusal(route: Any) -> dict[str, Any]:
    content: dict[str, Any] = {"application/problem+json": {"schema": "Problem"}}
    if route.refuses is None:
        return {"description": "A problem (RFC 9457)", "content": content}
    described = "An error, as the standard of this address tells it; of the gateway: a problem"
    return {"description": described, "content": {route.refused: {"schema": {}}, **content}}


def _path_values(route: Any) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name in PATH_VALUE.findall(route.path)
    ]


def _headers(route: Any) -> list[dict[str, Any]]:
    wanted = []
    if route.creates:
        wanted.append(("Idempotency-Key", {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"}))
    if route.moves:
        wanted.append(("If-Match", {"type": "string", "pattern": r'^"[0-9]{1,10}"$'}))
    return [{"in": "header", "name": n, "required": True, "schema": s} for n, s in wanted]


def _spec(title: str, plugin: MarshmallowPlugin) -> APISpec:
    spec = APISpec(title=title, version="1", openapi_version=VERSION, plugins=[plugin])
    plugin.converter.add_attribute_function(_labels)  # type: ignore[union-attr]
    return spec


def _labels(converter: Any, field: marshmallow.fields.Field[Any], **_: Any) -> dict[str, Any]:
    """What people call the field and its values (`shared.labels`), in both languages."""
    told: dict[str, Any] = {}
    for name in ("title", "description"):
        text = field.metadata.get(name)
        if isinstance(text, Text):
            told |= {name: text.zh, f"x-{name}": text.both()}
    rules = (rule for rule in field.validators if isinstance(rule, validate.OneOf))
    named = {v: t.both() for rule in rules for v, t in rule.options() if isinstance(t, Text)}
    return {**told, **({"x-enum-titles": named} if named else {})}


def _plugin(*, named: bool) -> MarshmallowPlugin:
    plugin = MarshmallowPlugin(schema_name_resolver=_name if named else _inlined)
    return plugin


def _inlined(schema: Any) -> str:
    return ""


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    name = str(cls.__name__).lstrip("_")
    if isinstance(schema, marshmallow.Schema) and (schema.only or schema.exclude or schema.partial):
        choice = [sorted(schema.only or ()), sorted(schema.exclude or ()), schema.partial]
        return f"{name}{crc32(repr(choice).encode()):08x}"
    return name
