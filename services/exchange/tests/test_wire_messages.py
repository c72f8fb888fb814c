"""What a message of X-Road's protocol asks for, and what is not believed of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.exchange.domain import openapi
from services.exchange.domain.xroad import Service
from services.exchange.tests.province import CONSUMER, Province, grant, resource
from services.exchange.usecases import listing_services, wiring
from services.exchange.usecases.office import Token
from services.exchange.usecases.using import use
from services.exchange.usecases.wiring import Message
from services.exchange.xroad_schemas import UseHeaders
from shared.access import Caller
from shared.entrypoints import Call
from shared.errors import Invalid, Malformed, NotFound, ServiceError, TooLarge
from shared.exchange.messages import ANSWER, signable
from shared.openapi import json_schema
from shared.schema import load
from shared.testing import a_call
from shared.tests.exchanging import HOUSEHOLDS, LI, NODE, VAULT, ZHANG

SERVICE = Service("HUNAN", "GOV/public-security", "household", HOUSEHOLDS.code)
SYSTEM = Caller("education", "service", "学籍系统", "430000", "education", token_id="jti-1")
HEADERS = {
    "X-Road-Client": f"HUNAN/{CONSUMER}",
    "X-Road-Id": "message-1",
    "X-Road-UserId": "CN-4711",
    "X-Road-Issue": "enrolment/case-1",
    "X-Road-Represented-Party": "CITY/430100",
    "Exchange-Grant": "grant-1",
    "Exchange-Purpose": "enrolment",
    "Exchange-Item": "school-enrolment",
}


@pytest.fixture
def province() -> Province:
    """With the resource as it is declared."""
    province = Province()
    told = HOUSEHOLDS.declaration(json_schema)
    names = ("name", "description", "fields", "key", "schema")
    declared = {name: told[name] for name in names}
    province.put("resources", resource(newest=1, **declared))
    return province


def call(caller: Caller = SYSTEM, **headers: str | None) -> Call:
    """A call with X-Road's headers, `headers` instead of the usual ones."""
    given = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    stated = load(UseHeaders(), {name: value for name, value in given.items() if value})
    return a_call(caller, stated=stated)


def message(
    province: Province, *, fields: Any = None, named: Service = SERVICE, **given: Any
) -> Message:
    return wiring.message(province.office, call(**given), named, fields)


def refused(province: Province, **given: Any) -> str:
    """The type of the error by which a message is refused."""
    with pytest.raises(ServiceError) as refusal:
        message(province, **given)
    return refusal.value.type


def test_query(province: Province) -> None:
    """A message becomes a use, which is answered and recorded as any other."""
    asked = message(province, fields=["number"])
    request = asked.query({"identity": ZHANG})
    found = use(province.office, request, Token("education", "jti-1"), asked.headers)
    assert found["found"] and found["data"].keys() == {"number"}
    record = province.records()[0]
    assert record["token"] == {"client_id": "education", "jti": "jti-1"}
    named = ("consumer", "grant", "purpose", "item", "case", "kind")
    assert [record[name] for name in named] == [
        CONSUMER, "grant-1", "enrolment", "school-enrolment", "enrolment/case-1", "query",
    ]  # fmt: skip


def test_again(province: Province) -> None:
    """The same message again is answered under the record there is; another one has its own."""
    receipts = [
        use(province.office, one.query({"identity": ZHANG}), Token("education", "j"))["receipt"]
        for one in (
            message(province, fields=["number"]),
            message(province, fields=["number"]),
            message(province, fields=["number"], X_Road_Id="message-2"),
        )
    ]
    assert receipts[0] == receipts[1] != receipts[2]


def test_forwarded(province: Province) -> None:
    """The provider is told who asks, for whom, and for which case; no more of the headers."""
    asked = message(province, fields=["number"])
    use(asked.office, asked.query({"identity": ZHANG}), Token("education", "jti-1"), asked.headers)
    assert province.line.headers[-1] == {
        "X-Road-Client": f"HUNAN/{CONSUMER}",
        "X-Road-Service": str(SERVICE),
        "X-Road-UserId": "CN-4711",
        "X-Road-Issue": "enrolment/case-1",
        "X-Road-Represented-Party": "CITY/430100",
    }
    province.use(id="8f14e45f-ceea-467f-9a3b-0000000000ab", case="education/案 1")
    told = province.line.headers[-1]
    assert told["X-Road-Issue"] == "education/%E6%A1%88%201" and "X-Road-UserId" not in told


def test_named(province: Province) -> None:
    """Whom a row names is among the subjects, also where the provider knows no hashes."""

    def silent(answer: dict[str, Any]) -> dict[str, Any]:
        told = {**answer, "subjects": []}
        return {**told, "signature": NODE.sign(ANSWER, signable(told))}

    province.line.spoil = silent
    found = province.use(fields=["members"])
    assert found["found"]
    assert province.records()[0]["subjects"] == sorted([VAULT.lookup(ZHANG), VAULT.lookup(LI)])


def test_fields(province: Province) -> None:
    """Without fields, all that the grant names are asked for; with them, those."""
    assert message(province).base["fields"] == ["members", "number"]
    assert message(province, fields=["number"]).base["fields"] == ["number"]
    unknown = message(province, Exchange_Grant="none").base["fields"]
    assert set(unknown) == set(HOUSEHOLDS.fields)


@pytest.mark.parametrize(
    "client",
    ["HUNAN/GOV/education/other", "HUNAN/GOV/health/education", "EE/GOV/education/education", "x"],
)
def test_client(province: Province, client: str) -> None:
    """Whoever calls itself another is refused, and has a record in its own name."""
    assert refused(province, X_Road_Client=client) == "client-mismatch"
    record = province.records()[0]
    assert (record["consumer"], record["outcome"]) == (CONSUMER, "refused:client-mismatch")


@pytest.mark.parametrize(
    "named",
    [
        SERVICE._replace(instance="EE"),
        SERVICE._replace(provider="GOV/health"),
        SERVICE._replace(subsystem="other"),
        SERVICE._replace(code="other"),
    ],
)
def test_service(province: Province, named: Service) -> None:
    """A resource is found under its provider's name only."""
    assert refused(province, named=named) == "resource-unknown"
    assert province.outcomes() == ["refused:resource-unknown"]


@pytest.mark.parametrize(
    "name", ["X-Road-Client", "X-Road-Issue", "Exchange-Grant", "Exchange-Purpose"]
)
def test_missing(name: str) -> None:
    """A header that is needed is named."""
    with pytest.raises(Invalid) as refusal:
        call(**{name.replace("-", "_"): None})
    assert [error.pointer for error in refusal.value.errors] == [f"/{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Road-Issue", "case-1"),
        ("X-Road-Issue", "enrolment/"),
        ("X-Road-Issue", "enrolment/1\r\nX-Road-Client: x"),
        ("X-Road-Id", "a b"),
        ("X-Road-Id", "x" * 256),
        ("X-Road-UserId", "张"),
        ("X-Road-Represented-Party", "A/B/C"),
        ("Exchange-Purpose", "enrolment\n"),
        ("Exchange-Grant", "\0"),
    ],
)
def test_malformed(name: str, value: str) -> None:
    """A header that could pass for two, or is not of its form, is refused by its name."""
    with pytest.raises(Invalid) as refusal:
        call(**{name.replace("-", "_"): value})
    assert {error.pointer for error in refusal.value.errors} == {f"/{name}"}


def test_typed() -> None:
    """What stands in a query string has the type that its resource says."""
    types = {"name": "string", "year": "integer", "valid": "boolean"}
    declared: Any = {"fields": [{"name": n, "type": t} for n, t in types.items()]}
    query = {"name": "7", "year": "-2018", "valid": "true", "fields_": "name", "other": "1"}
    expected = {"name": "7", "year": -2018, "valid": True, "other": "1"}
    assert wiring.key_in(query, declared) == expected
    assert wiring.names_in(query) == ["name"] and wiring.names_in({}) is None
    for wrong in ({"year": "1.5"}, {"year": "١"}, {"year": "9" * 20}, {"valid": "1"}):
        with pytest.raises(Invalid):
            wiring.key_in(wrong, declared)


def test_lines() -> None:
    """A batch is one JSON object a line, ten thousand at most."""
    assert wiring.lines(b'{"a":1}\n\n{"a":2}\r\n') == [{"a": 1}, {"a": 2}]
    for content, error in (
        (b"", Malformed),
        (b"\n\n", Malformed),
        (b'{"a":1}\n{', Malformed),
        (b"[1]", Invalid),
        (b'{"a":' * 50 + b"1" + b"}" * 50, Malformed),
        (b"{}\n" * 10_001, TooLarge),
    ):
        with pytest.raises(error):
            wiring.lines(content)


def test_metadata(province: Province) -> None:
    """X-Road's lists name what takes part, what is published, and what a client may use."""
    province.put("nodes", {**province.store["nodes"].get("GOV/education"), "state": "suspended"})
    named = [
        {**node, "name": {"zh": "公安", "en": "x"}} for node in province.store["nodes"].each({})
    ]
    province.put("nodes", *named)
    members = listing_services.clients(province.store)["member"]
    assert [one["id"].get("subsystem_code") for one in members] == [None, "household"]
    methods = listing_services.methods(province.store, SERVICE)["service"]
    assert [one["service_code"] for one in methods] == [HOUSEHOLDS.code]
    assert listing_services.methods(province.store, SERVICE._replace(subsystem="x")) == {
        "service": []
    }
    for unknown in (SERVICE._replace(instance="EE"), SERVICE._replace(provider="GOV/nobody")):
        with pytest.raises(NotFound):
            listing_services.methods(province.store, unknown)
    today = province.clock().date()
    assert len(listing_services.allowed(province.store, SERVICE, CONSUMER, today)["service"]) == 1
    province.put("grants", grant(kinds=["verify"]))
    told = listing_services.allowed(province.store, SERVICE, CONSUMER, today)["service"][0]
    assert told["endpoint_list"] == [{"method": "POST", "path": "/verification"}]
    for other in (
        grant(state="revoked"),
        grant(until_day="2020-01-01"),
        grant(consumer="GOV/education/x"),
    ):
        province.put("grants", other)
        found = listing_services.allowed(province.store, SERVICE, CONSUMER, today)
        assert found == {"service": []}


def test_openapi(province: Province) -> None:
    """The OpenAPI document of a resource is valid, and names its key and fields."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    held = wiring.held(province.office.reading, SERVICE)
    document = openapi.document(held, SERVICE, "https://platform.example")
    OpenAPIV31SpecValidator(document).validate()  # type: ignore[arg-type]
    assert document["servers"][0]["url"].endswith(
        "/exchange/r1/HUNAN/GOV/public-security/household"
    )
    asked = document["paths"][f"/{HOUSEHOLDS.code}"]["get"]["parameters"]
    assert {"identity", "fields"} <= {one["name"] for one in asked}


def test_batch(province: Province) -> None:
    """A batch asks for the fields once, and each of its keys."""
    asked = message(province).batch([{"identity": ZHANG}], 0)
    assert asked["fields"] == ["members", "number"] and asked["keys"] == [{"identity": ZHANG}]
    elsewhere = replace(SYSTEM, division="430104")
    expected = "COUNTY/430104/education"
    assert wiring.consumer_of(elsewhere) == expected
