"""Input that no honest front end sends: refused with a problem document that names the culprit."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest
import requests

from tests.journeys import enterprise as steps
from tests.journeys.people import Person

DEEP = 10_000
numbers = count(time.time_ns() // 1_000_000)
MEGABYTE = 1_000_000


class Target(NamedTuple):
    """A representative entrypoint that reads a body, and a body that it likes."""

    path: str
    caller: str
    body: dict[str, Any]


TARGETS = {
    "identity": Target(
        "/identity/tokens",
        "citizen",
        {"grant_type": "password", "login": "13800000077", "password": "x"},
    ),
    "catalogue": Target(
        "/catalogue/delegations",
        "everything",
        {
            "item": "enterprise-change",
            "from_division": "430000",
            "delegates": ["430100"],
            "from_day": "2030-01-01",
            "legal_basis": {"zh": "湘政发", "en": "Hunan Government Document"},
        },
    ),
    "enterprise": Target(
        "/enterprise/cases",
        "citizen",
        steps.application("name-reservation", steps.fresh_name()),
    ),
    "feedback": Target("/feedback/cases/none/evaluation", "citizen", {"level": 5}),
    "supervision": Target(
        "/supervision/inspections/plans",
        "everything",
        {"division": "430104", "draw_on": "2030-01-01", "commitment": "0" * 64},
    ),
}


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> tuple[Target, Person]:
    """One representative entrypoint of each service, and who may call it."""
    target = TARGETS[request.param]
    return target, request.getfixturevalue(target.caller)


def refused(answer: requests.Response, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal with one of these statuses; nothing of the inside in it."""
    assert answer.status_code in statuses, f"{answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"] and told["detail"]
    assert "Traceback" not in answer.text and ".py" not in answer.text
    return told


def named(answer: requests.Response, pointer: str) -> None:
    """It is refused because of the field at `pointer`, or of what is inside or around it."""
    errors = refused(answer, 422)["errors"]
    assert any(e["pointer"].startswith(pointer) for e in errors), errors
    assert all(e["detail"] and e["rule"] for e in errors)


def send(
    person: Person, path: str, data: Any, media_type: str | None = "application/json", **more: str
) -> requests.Response:
    headers = {"Content-Type": media_type, "Idempotency-Key": str(uuid.uuid4()), **more}
    return person.post(path, data=data, headers=headers)


UNREADABLE = {
    "nothing": b"",
    "half": b'{"item": ',
    "not JSON": b"item=1&form=2",
    "single quotes": b"{'item': 1}",
    "bad UTF-8": b'{"item": "\xff\xfe"}',
    "half a surrogate": b'{"item": "\\ud800"}',
    "NaN": b'{"item": NaN}',
    "infinity": b'{"item": -Infinity}',
    "byte order mark": b'\xef\xbb\xbf{"item": 1}',
    "NUL": b'{"item": "\x00"}',
    "two values": b"{} {}",
    "UTF-16": '{"item": 1}'.encode("utf-16"),
    "beyond all numbers": b'{"item": 1' + b"0" * 400 + b"}",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"item":' * DEEP + b"1" + b"}" * DEEP,
    "deep and open": b"[" * DEEP,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable(target: tuple[Target, Person], kind: str) -> None:
    """What is not JSON, or nests too deep, cannot be read: 400."""
    refused(send(target[1], target[0].path, UNREADABLE[kind]), 400)


@pytest.mark.parametrize("data", [b"[]", b"null", b"true", b'"x"', b"0", b"[{}]"])
def test_not_an_object(target: tuple[Target, Person], data: bytes) -> None:
    """A JSON value that is no object is of the wrong type: 422."""
    assert refused(send(target[1], target[0].path, data), 422)["errors"]


@pytest.mark.parametrize("size", [10, 13])
def test_large(target: tuple[Target, Person], size: int) -> None:
    """A body of 10 MB is too large for the service, one of 13 MB for the gateway: 413."""
    data = b'{"item": "' + b"x" * (size * MEGABYTE) + b'"}'
    refused(send(target[1], target[0].path, data), 413)


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_media_type(target: tuple[Target, Person], media_type: str) -> None:
    """A body that does not call itself JSON is not read: 415."""
    data = json.dumps(target[0].body)
    refused(send(target[1], target[0].path, data, media_type), 415)


VALUES = {
    "operator": {"$gt": ""},
    "where": {"$where": "sleep(1000)"},
    "list of operators": [{"$ne": None}],
    "null": None,
    "true": True,
    "negative": -1,
    "huge": 10**40,
    "tiny": 1e-320,
    "fraction": 1.5,
    "empty": "",
    "NUL inside": "a\0b",
    "long": "长" * 100_000,
    "date that is none": "2026-13-45",
    "date before all": "0000-00-00",
    "date after all": "+999999999-01-01",
    "markup": "<script>alert(1)</script>",
    "path": "../../../../etc/passwd",
    "direction": "\u202e430104",
    "other digits": "４３０１０４",
}


@pytest.mark.parametrize("kind", VALUES)
def test_values(target: tuple[Target, Person], kind: str) -> None:
    """A value that cannot be is refused with a pointer to it, whichever field it stands in."""
    wanted, person = target
    for field in wanted.body:
        body = {**wanted.body, **_nobody(wanted), field: VALUES[kind]}
        answer = send(person, wanted.path, json.dumps(body))
        if answer.status_code == 401 and wanted.path == "/identity/tokens":
            assert isinstance(VALUES[kind], str)  # nobody's name, nobody's password
        else:
            named(answer, f"/{field}")


def _nobody(target: Target) -> dict[str, str]:
    """Somebody else for each attempt to sign in: attempts are counted."""
    return {"login": f"138{next(numbers) % 10**8:08}"} if "login" in target.body else {}


def test_unknown_field(target: tuple[Target, Person]) -> None:
    """A field that nobody asked for is refused by its name, whatever it is called."""
    wanted, person = target
    for name in ("extra", "$where", "a.b", "__proto__", "_id", "version", "x" * 5_000, "é~/", ""):
        body = {**wanted.body, **_nobody(wanted), name: 1}
        answer = send(person, wanted.path, json.dumps(body))
        named(answer, "/" + name.replace("~", "~0").replace("/", "~1"))


FORM = {
    "registered_capital": [10**30, -1, 0.5, "1000000", {"$inc": 1}],
    "owners": [[], {}, [None], [[]], [{"$ref": "#"}]],
    "representative": [[], {"name": "张伟"}, {"$ne": 1}],
    "address": [{"division": {"$in": []}, "detail": "麓山南路"}, "430104"],
    "business_scope": [[], [""], ["软件"] * 200, [1], "软件"],
    "term_until": ["9999-12-31", "1800-01-01", "tomorrow", 20261231],
    "materials": [None, [{"code": "identity", "file": {"$gt": ""}, "digest": "0" * 64}]],
    "reservation": ["x", {"$exists": True}, "0" * 36],
    "kind": ["company", None, ["limited-company"]],
}


@pytest.fixture
def form(citizen: Person) -> dict[str, Any]:
    """A form of an establishment that lacks nothing but a reservation."""
    return steps.establishment(citizen, reservation=str(uuid.uuid4()), materials=[])


@pytest.mark.parametrize("field", FORM)
def test_forms(citizen: Person, form: dict[str, Any], field: str) -> None:
    """A faulty field of a form is named by its pointer below the form."""
    for value in FORM[field]:
        body = steps.application("establishment", {**form, field: value})
        named(send(citizen, "/enterprise/cases", json.dumps(body)), f"/form/{field}")


def encoded(value: Any) -> str:
    """A value as it stands in cursors and tokens."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


LISTS = {
    "catalogue items": ("/catalogue/items", "citizen"),
    "my cases": ("/enterprise/cases", "citizen"),
    "work list": ("/enterprise/worklist", "clerk"),
    "officials": ("/identity/officials", "everything"),
    "notices": ("/feedback/me/notices", "citizen"),
    "alerts": ("/supervision/alerts", "everything"),
}
QUERIES = {
    "limit=0": "limit",
    "limit=-1": "limit",
    "limit=1000000000000000000000": "limit",
    "limit=1.5": "limit",
    "limit=%00": "limit",
    "limit[$gt]=1": "limit[$gt]",
    "cursor=%00": "cursor",
    "cursor=AAAA": "cursor",
    "cursor=W10": "cursor",
    "cursor=e30": "cursor",
    f"cursor={encoded([{'$gt': ''}, 'x'])}": "cursor",
    f"cursor={encoded(['9999-99-99', 1])}": "cursor",
    f"cursor={'A' * 3000}": "cursor",
    "limit=1&limit=2": "limit",
    "$where=1": "$where",
    "nobody=1": "nobody",
}


@pytest.mark.parametrize("place", LISTS)
def test_queries(place: str, request: pytest.FixtureRequest) -> None:
    """A bad parameter, or one that is given twice or is not known, is named."""
    path, caller = LISTS[place]
    person = request.getfixturevalue(caller)
    for query, name in QUERIES.items():
        named(person.get(f"{path}?{query}"), f"/{name}")
    for query in ("limit=%ff", "&".join(f"a{i}=1" for i in range(200))):
        refused(person.get(f"{path}?{query}"), 400)
    refused(person.get(f"{path}?limit={'1' * 70_000}"), 400)


@pytest.mark.parametrize(
    "query",
    ["on=9999-99-99", "on=0001-01-01", "on=2026-02-30", "division=..%2F..", "division=000000",
     "level=moon", "fully_online=perhaps", f"q={'x' * 1000}", "q=%00"],
)  # fmt: skip
def test_catalogue_queries(citizen: Person, query: str) -> None:
    """Absurd dates, divisions and choices are named too."""
    named(citizen.get(f"/catalogue/items?{query}"), f"/{query.partition('=')[0]}")


def test_headers(citizen: Person) -> None:
    """A header that cannot be is refused, and never trusted."""
    body = json.dumps(TARGETS["enterprise"].body)
    for key in ("", "a b", "x" * 256, "\x7f", "é"):
        refused(send(citizen, "/enterprise/cases", body, **{"Idempotency-Key": key}), 400)
    for tag in ("", "1", '"', '"-1"', '"99999999999"', "*", "W/1"):
        headers = {"If-Match": tag}
        answer = citizen.post("/enterprise/cases/x/submit", json={}, headers=headers)
        refused(answer, 400, 428)
    for trace in ("x", "00-0-0-00", "x" * 5_000):
        answer = citizen.get("/enterprise/names", headers={"traceparent": trace})
        assert answer.ok and answer.headers["traceparent"] != trace
    for size in (8_100, 9_000, 60_000):
        answer = citizen.get("/enterprise/cases/none", headers={"X-Huge": "x" * size})
        refused(answer, 400, 404)
    many = {f"X-Header-{i}": "x" * 500 for i in range(300)}
    refused(citizen.get("/enterprise/cases/none", headers=many), 400)
    languages = {"Accept-Language": ",".join(["xx;q=0.1"] * 800)}
    refused(citizen.get("/enterprise/cases/none", headers=languages), 404)


def tokens(genuine: str) -> Iterator[str]:
    """Tokens that nobody issued."""
    _, claims, signature = genuine.split(".")
    for header in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA", "kid": {"$gt": ""}}, []):
        yield f"{encoded(header)}.{claims}.{signature}"
        yield f"{encoded(header)}.{claims}."
    yield from ("", "x", "a.b.c", "...", "\xff", "x" * 8_000)


def test_tokens(citizen: Person) -> None:
    """A token that nobody issued opens nothing: 401, however it is made."""
    genuine = str(citizen.headers["Authorization"]).removeprefix("Bearer ")
    for token in tokens(genuine):
        headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
        refused(citizen.get("/enterprise/names", headers=headers), 401)
    refused(citizen.get("/enterprise/names", headers={"Authorization": "Basic eDp5"}), 401)


@pytest.mark.parametrize(
    "path",
    ["%00", "%ff", "..%2f..%2fetc%2fpasswd", "$where", "{}", "x" * 300, "x" * 7_000, "%0d%0aX: y",
     "%F0%9F%92%A9", "'; drop table cases; --", "430104199001010018"],
)  # fmt: skip
def test_paths(citizen: Person, path: str) -> None:
    """A path that leads nowhere is not found, or not readable; never more."""
    for place in (
        "/enterprise/cases/", "/enterprise/register/", "/enterprise/licences/",
        "/catalogue/items/", "/catalogue/divisions/", "/identity/legal-persons/",
    ):  # fmt: skip
        refused(citizen.get(place + path), 404, 400)


def test_address_too_long(citizen: Person) -> None:
    """An address that no server should read is refused by the gateway."""
    refused(citizen.get("/enterprise/cases/" + "x" * 50_000), 400, 414)


def test_materials(citizen: Person) -> None:
    """A material is what its digest says, is PDF, JPEG or PNG by its bytes, and not too large."""
    path, genuine = "/enterprise/materials", b"%PDF-1.7 x"

    def digest(content: bytes) -> str:
        return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"

    for content, stated, status in (
        (genuine, "", 400),
        (genuine, "md5=:AAAA:", 400),
        (genuine, "sha-256=:not base64:", 400),
        (genuine, digest(b"other"), 422),
        (b"MZ not a document", digest(b"MZ not a document"), 415),
        (b"", digest(b""), 415),
    ):
        answer = send(citizen, path, content, "application/pdf", **{"Content-Digest": stated})
        refused(answer, status)
    large = genuine + b"x" * (11 * MEGABYTE)
    refused(send(citizen, path, large, "application/pdf", **{"Content-Digest": digest(large)}), 413)


def test_licence_tokens(citizen: Person) -> None:
    """Whatever is shown as a licence is forged, or refused; it is never an error of ours."""
    for token in ("x", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "é.é.é", "\0", "[]"):
        answer = citizen.get(
            "/enterprise/licences/verification",
            params={"token": token},
            headers={"Accept": "application/json"},
        )
        if answer.ok:
            assert answer.json()["verdict"] == "forged"
        else:
            named(answer, "/token")
    named(citizen.get("/enterprise/licences/verification?token=" + "x" * 6_000), "/token")
