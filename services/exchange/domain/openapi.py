"""The OpenAPI document of one resource, as ``getOpenAPI`` gives it (pure).

Guarantees: OpenAPI 3.1, made from the resource's own declaration, so it cannot differ from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.exchange.domain.xroad import Service

Json = dict[str, Any]
Resource = Mapping[str, Any]

HEADERS = (
    ("X-Road-Client", True, "HUNAN/<class>/<member>/<client_id> of the access token"),
    ("X-Road-Id", False, "id of the message; a UUID"),
    ("X-Road-Issue", True, "the case it serves: <system>/<number>"),
    ("X-Road-UserId", False, "who asked for it in the client's system"),
    ("X-Road-Represented-Party", False, "for whom the client asks: [<class>/]<member>"),
    ("Exchange-Grant", True, "id of the grant"),
    ("Exchange-Purpose", True, "purpose, as granted"),
    ("Exchange-Item", False, "code of the service item, as granted"),
)
ERROR = {
    "type": "object",
    "required": ["type", "message", "detail"],
    "properties": {name: {"type": "string"} for name in ("type", "message", "detail", "problem")},
}
ORIGIN: Json = {
    "provider": {"type": "string"},
    "resource": {"type": "string"},
    "version": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "receipt": {
        "type": "object",
        "properties": {
            "request": {"type": "string"},
            "attempt": {"type": "integer"},
            "index": {"type": "integer"},
            "leaf": {"type": "string"},
        },
    },
}


def document(resource: Resource, named: Service, base_url: str) -> Json:
    """The document of `resource`, which is the service `named`; base_url: of the gateway."""
    provider = str(named).rpartition("/")[0]
    path = f"/{named.code}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": resource["name"]["en"],
            "description": resource["description"]["en"],
            "version": str(resource["newest"]),
        },
        "servers": [{"url": f"{base_url}/exchange/r1/{provider}"}],
        "paths": {
            path: {"get": _get(resource), "post": _post(resource)},
            f"{path}/verification": {"post": _verification(resource)},
            f"{path}/batch": {"post": _batch(resource)},
        },
        "components": {
            "schemas": {"Error": ERROR, "Record": _record(resource)},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _record(resource: Resource) -> Json:
    """A record of which only the asked fields are there."""
    whole = {k: v for k, v in resource["schema"].items() if k not in ("$schema", "required")}
    return {**whole, "additionalProperties": False}


def _key(resource: Resource) -> Json:
    """The object by which one record is asked for."""
    properties = resource["schema"]["properties"]
    kept = {name: properties[name] for name in resource["key"]}
    return {"type": "object", "required": list(resource["key"]), "properties": kept}


def _names(resource: Resource) -> Json:
    named = [field["name"] for field in resource["fields"]]
    return {"type": "array", "items": {"type": "string", "enum": named}}


def _get(resource: Resource) -> Json:
    key = _key(resource)
    asked = [
        {"name": name, "in": "query", "required": True, "schema": schema}
        for name, schema in key["properties"].items()
    ]
    names = {"name": "fields", "in": "query", "schema": _names(resource)}
    own = [*asked, {**names, "explode": False, "style": "form"}]
    return _operation("query", "One record by its key", _answer(), own)


def _post(resource: Resource) -> Json:
    body = {"key": _key(resource), "fields": _names(resource)}
    return {
        **_operation("queryByPost", "One record by its key, in the body", _answer()),
        "requestBody": _body({"type": "object", "required": ["key"], "properties": body}),
    }


def _verification(resource: Resource) -> Json:
    claims = {"$ref": "#/components/schemas/Record"}
    schema = {"type": "object", "required": ["key", "claims"]}
    verdict = {"found": {"type": "boolean"}, "holds": {"type": "boolean"}, **ORIGIN}
    return {
        **_operation("verify", "Whether claims hold", {"type": "object", "properties": verdict}),
        "requestBody": _body({**schema, "properties": {"key": _key(resource), "claims": claims}}),
    }


def _batch(resource: Resource) -> Json:
    lines = {"application/x-ndjson": {"schema": {"type": "string"}}}
    described = _operation("batch", "Many records, a key a line (NDJSON)", {})
    described["responses"]["200"]["content"] = lines
    return {**described, "requestBody": {"required": True, "content": lines}}


def _answer() -> Json:
    record = {"anyOf": [{"$ref": "#/components/schemas/Record"}, {"type": "null"}]}
    properties = {"found": {"type": "boolean"}, "data": record, **ORIGIN}
    return {"type": "object", "required": ["found", "data"], "properties": properties}


def _operation(id_: str, summary: str, answer: Json, parameters: list[Json] | None = None) -> Json:
    headers = [
        {"name": n, "in": "header", "required": r, "description": d, "schema": {"type": "string"}}
        for n, r, d in HEADERS
    ]
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    content = {"application/json": {"schema": answer}}
    return {
        "operationId": id_,
        "summary": summary,
        "parameters": [*headers, *(parameters or [])],
        "responses": {
            "200": {"description": "OK", "content": content},
            "default": {"description": "An error (PR-REST, 4.6)", "content": error},
        },
    }


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
