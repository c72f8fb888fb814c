"""The contract of a service, made from its declarations, is valid OpenAPI 3.1."""

import inspect
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared import access
from shared.access import PERSON, PUBLIC, official
from shared.department import Department
from shared.department.contract import applications
from shared.department.schemas import ApplicationBody
from shared.entrypoints import Call, http
from shared.entrypoints.web import Http
from shared.errors import FieldError, Invalid, ServiceError, _tree, problem
from shared.openapi import PROBLEM, Variants, document, json_schema
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    Paged,
    ResidentId,
    Schema,
    String,
    fields,
    validate,
)
from shared.tests.desk import item
from shared.text import Text


class Owner(Schema):
    name = String(required=True, longest=30)
    number = ResidentId()


class Thing(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(["a", "b"]))
    size = Integer(minimum=0, maximum=9, allow_none=True)
    owners = fields.List(fields.Nested(Owner), required=True)
    made = Instant()
    day = Day()
    name = BilingualText()
    division = DivisionCode()
    more = fields.Dict(keys=fields.String())


class Search(Paged):
    q = String(longest=20)


class Things:
    """A service with every kind of declaration."""

    @http("POST", "/things", who=PERSON, body=Thing, reply=Thing, creates=True, summary="Make",
          example={"kind": "a", "owners": []})  # fmt: skip
    def make(self, call: Call) -> None: ...

    @http("GET", "/things", who=PUBLIC, query=Search, reply=Thing, summary="List", cache=60)
    def look(self, call: Call) -> None: ...

    @http("GET", "/things/<thing_id>", who=PUBLIC, reply=Thing, summary="Read")
    def read(self, call: Call, thing_id: str) -> None: ...

    @http("POST", "/things/<thing_id>/move", who=official("accept", "approve"), body=Owner,
          moves=True, summary="Move")  # fmt: skip
    def move(self, call: Call, thing_id: str) -> None: ...

    @http("POST", "/files", who=PERSON, raw=True, creates=True, summary="Upload",
          consumes="application/octet-stream")  # fmt: skip
    def upload(self, call: Call) -> None: ...

    @http("GET", "/things/<thing_id>/paper", who=PUBLIC, produces="application/pdf", summary="PDF")
    def paper(self, call: Call, thing_id: str) -> None: ...

    @http("GET", "/copy", who=access.service("exchange.provide", "exchange.consume"), reply=Thing,
          summary="For systems")  # fmt: skip
    def copy(self, call: Call) -> None: ...

    @http("GET", "/all", who=PUBLIC, reply=Thing, many=True, summary="All")
    def all(self, call: Call) -> None: ...


def routes(service: type) -> list[Http]:
    """The HTTP entrypoints of `service`, named as the container binds them."""
    found = []
    for name, method in inspect.getmembers(service, callable):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if isinstance(entrypoint, Http):
                entrypoint.method_name = name
                found.append(entrypoint)
    return found


def contract(service: type = Things) -> dict[str, Any]:
    made: dict[str, Any] = orjson.loads(orjson.dumps(document("things", "Things", routes(service))))
    return made


@pytest.mark.parametrize("service", [Things, Department])
def test_valid(service: type) -> None:
    """The document is valid OpenAPI 3.1, and every schema in it valid JSON Schema 2020-12."""
    made = contract(service)
    assert made["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(made).validate()
    for schema in made["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert len(list(operations(made))) == len(routes(service))


def operations(made: dict[str, Any]) -> Any:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_same_every_time() -> None:
    """The document follows from the declarations alone; no order, no chance is in it."""
    assert contract() == contract()
    assert contract(Department) == contract(Department)


def test_operations() -> None:
    """Paths are below the service's name; ids are unique; each operation tells of problems."""
    made = list(operations(contract()))
    assert {path for path, _, _ in made} >= {"/things/things/{thing_id}/move"}
    ids = [operation["operationId"] for _, _, operation in made]
    assert len(ids) == len(set(ids))
    for _, _, operation in made:
        assert operation["summary"]
        schema = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = contract()["paths"][f"/things{path}"][method]
    return found


def parameters(path: str, method: str) -> dict[str, tuple[str, bool]]:
    return {p["name"]: (p["in"], p["required"]) for p in operation(path, method)["parameters"]}


def test_parameters() -> None:
    """Path values, headers and queries are declared, with what is required."""
    assert parameters("/things", "post") == {"Idempotency-Key": ("header", True)}
    assert parameters("/things/{thing_id}/move", "post") == {
        "thing_id": ("path", True),
        "If-Match": ("header", True),
    }
    assert parameters("/things", "get") == {
        "limit": ("query", False),
        "cursor": ("query", False),
        "q": ("query", False),
    }


def test_security() -> None:
    """What is public needs no token; the rest does, and says powers or scopes."""
    assert "security" not in operation("/things", "get")
    assert operation("/things", "post")["security"] == [{"bearer": []}]
    assert operation("/things/{thing_id}/move", "post")["description"] == "Powers: accept, approve"
    told = operation("/copy", "get")
    assert told["security"] == [{"bearer": []}]
    assert told["description"] == "Scopes: exchange.consume, exchange.provide"


def test_bodies() -> None:
    """Bodies and replies have their media type, schema and example."""
    made = operation("/things", "post")
    body = made["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Thing"}
    assert body["example"]["kind"] == "a"
    assert made["responses"].keys() == {"201", "default"}
    assert "application/octet-stream" in operation("/files", "post")["requestBody"]["content"]
    paper = operation("/things/{thing_id}/paper", "get")["responses"]["200"]
    assert paper["content"].keys() == {"application/pdf"}
    assert "content" not in operation("/things/{thing_id}/move", "post")["responses"]["200"]


def test_lists() -> None:
    """A list is an object whose items are of the declared kind."""
    for path in ("/things", "/all"):
        reply = operation(path, "get")["responses"]["200"]["content"]["application/json"]["schema"]
        assert reply["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Thing"}


def test_form() -> None:
    """A form stands alone as JSON Schema, and judges plain values as its schema does."""
    made = json_schema(Thing)
    validator = Draft202012Validator(made)
    Draft202012Validator.check_schema(made)
    good: dict[str, Any] = {"kind": "a", "size": None, "owners": [{"name": "王"}], "more": {}}
    faults: tuple[dict[str, Any], ...] = (
        {"kind": "c"}, {"size": 10}, {"owners": [{}]}, {"owners": None}, {"more": 1},
    )  # fmt: skip
    for bad in faults:
        assert Thing().validate({**good, **bad})
        assert not validator.is_valid({**good, **bad}), bad
    assert Thing().validate(good) == {}
    assert validator.is_valid(good)
    assert "$ref" not in str(made)


@pytest.mark.parametrize("cls", sorted(_tree(ServiceError), key=str))
def test_problems(cls: type[ServiceError]) -> None:
    """Every problem is what the contract says a problem is."""
    fault = FieldError("/a", Text("必填", "Required"), "required")
    for error in (cls(), cls(errors=[fault]), Invalid(errors=[fault])):
        assert Draft202012Validator(PROBLEM).is_valid(problem(error, "zh", "/a"))


def test_variants() -> None:
    """Each use of a schema, whole or in part, has a name of its own."""

    class Holder(Schema):
        whole = fields.Nested(Thing)
        part = fields.Nested(Thing, only=("kind", "size"))
        rest = fields.Nested(Thing, exclude=("kind",))

    class Holds:
        @http("GET", "/h", who=PUBLIC, reply=Holder, summary="Hold")
        def hold(self, call: Call) -> None: ...

    names = contract(Holds)["components"]["schemas"].keys()
    variants = {name for name in names if name.startswith("Thing")}
    assert len(variants) == 3


def test_applications() -> None:
    """An application is one for an item of the department: clients know the item's form."""
    one = item("establishment", example={"name": "红光"})
    variants: Variants = {ApplicationBody: applications([one, item("reservation")])}
    made = orjson.loads(orjson.dumps(document("e", "E", routes(Department), variants)))
    OpenAPIV31SpecValidator(made).validate()
    content = made["paths"]["/e/cases"]["post"]["requestBody"]["content"]["application/json"]
    mapping = content["schema"]["discriminator"]["mapping"]
    assert content["schema"]["oneOf"] == [{"$ref": name} for name in mapping.values()]
    assert content["examples"]["establishment"]["value"]["form"] == one.example
    schemas = made["components"]["schemas"]
    application = schemas[mapping["establishment"].rpartition("/")[2]]
    assert application["properties"]["item"]["enum"] == ["establishment"]
    assert application["properties"]["form"] == {"$ref": "#/components/schemas/Form"}
    assert "item" in application["required"] and "shares" in schemas["Form"]["properties"]
