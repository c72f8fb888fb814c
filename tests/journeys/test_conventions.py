"""The conventions that front-end teams rely on, as the gateway shows them."""

from __future__ import annotations

import secrets
import uuid

import pytest

from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import CASES
from tests.journeys.people import Person, eventually, ok, problem


def _draft(zhang: Person) -> str:
    return str(ok(zhang.create("/enterprise/drafts", _body()), 201)["id"])


def _body() -> dict[str, object]:
    return steps.application("name-reservation", steps.fresh_name())


def test_versions(zhang: Person) -> None:
    """A move names the version it is about: none is 428, an old one 412, nonsense 400."""
    path = f"{CASES}/{_draft(zhang)}"
    form = {"form": steps.fresh_name()}
    problem(zhang.put(f"{path}/form", json=form), 428)
    problem(zhang.put(f"{path}/form", json=form, headers={"If-Match": "first"}), 400)
    saved = zhang.put(f"{path}/form", json=form, headers={"If-Match": '"1"'})
    ok(saved)
    assert saved.headers["ETag"] == '"2"' == zhang.get(path).headers["ETag"]
    stale = problem(zhang.put(f"{path}/form", json=form, headers={"If-Match": '"1"'}), 412)
    assert stale["type"] == "/problems/stale"


def test_repeated(zhang: Person, li: Person) -> None:
    """The same key and body give the same answer, another body is refused, another person apart."""
    key, body = str(uuid.uuid4()), _body()
    first, again = (zhang.create(CASES, body, key=key) for _ in range(2))
    assert ok(first, 201) == ok(again, 201)
    assert first.headers["Location"] == again.headers["Location"]
    refused = problem(zhang.create(CASES, _body(), key=key), 422)
    assert refused["type"] == "/problems/idempotency-key-reused"
    assert ok(li.create(CASES, _body(), key=key), 201)["id"] != first.json()["id"]
    missing = problem(zhang.post(CASES, json=body), 400)
    assert missing["type"] == "/problems/idempotency-key-required"


def test_pages(citizen: Person) -> None:
    """A list is read page by page along its links, newest first, each entry once."""
    made = [_draft(citizen) for _ in range(5)]
    pages = [[case["id"] for case in page] for page in citizen.pages(f"{CASES}?limit=2")]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [id_ for page in pages for id_ in page] == made[::-1]
    errors = problem(citizen.get(f"{CASES}?cursor=nonsense"), 422)["errors"]
    assert errors[0]["pointer"] == "/cursor"


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh", "未找到"),
        ("en-GB,en", "en", "Not found"),
        ("fr", "zh", "未找到"),
    ],
)
def test_language(zhang: Person, asked: str, language: str, title: str) -> None:
    """Problems are told in the language that is asked for, else in Chinese."""
    answer = zhang.get(f"{CASES}/none", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == language
    assert problem(answer, 404)["title"] == title


def test_traced(platform: Platform, zhang: Person) -> None:
    """A caller's trace is kept: in the answer, in the log of the request, and in what it causes."""
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    answer = zhang.create(CASES, _body(), headers=headers)
    assert answer.headers["traceparent"].split("-")[1] == trace
    steps.closed(zhang, ok(answer, 201)["id"])

    def heard() -> list[str]:
        lines = platform.log("enterprise").splitlines()
        return [line for line in lines if trace in line and "enterprise.case.approved.v1" in line]

    assert '"outcome":"done"' in eventually(heard, "the event with the trace")[0]
    assert trace in platform.log("gateway.access")


def test_preflight(anyone: Person) -> None:
    """A page of another origin may call: the preflight says which methods and headers."""
    answer = anyone.options(
        CASES,
        headers={
            "Origin": "https://portal.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, idempotency-key",
        },
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "idempotency-key", "if-match"} <= set(allowed.split(", "))
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    exposed = anyone.get("/catalogue/departments").headers["Access-Control-Expose-Headers"]
    assert "ETag" in exposed and "Link" in exposed


def test_who(anyone: Person, zhang: Person, clerk: Person) -> None:
    """Without a token 401, with the wrong kind of account 403, with a forged token 401."""
    answer = anyone.get(CASES)
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem(zhang.get("/enterprise/worklist"), 403)
    problem(clerk.get(CASES), 403)
    header, payload, signature = zhang.headers["Authorization"].split(".")  # type: ignore[union-attr]
    forged = f"{header}.{payload}.{signature[::-1]}"
    refused = problem(anyone.get(CASES, headers={"Authorization": forged}), 401)
    assert refused["type"] == "/problems/token-invalid"


def test_nowhere(anyone: Person) -> None:
    """A path or a method that does not exist is a problem document, from whoever answers."""
    problem(anyone.get("/nothing/here"), 404)
    problem(anyone.get("/enterprise/nothing"), 404)
    answer = anyone.delete("/enterprise/worklist")
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]
