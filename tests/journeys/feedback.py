"""Steps of feedback that its journeys share."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import orjson

from tests.journeys import enterprise as steps
from tests.journeys.enterprise import CASES, DISTRICT, application
from tests.journeys.people import PATIENCE, Person, eventually, ok

OPEN311 = "/feedback/open311/v2"
PLACE = {"address_id": "430104", "address_string": "长沙市岳麓区麓山南路 932 号"}
LIVE = {"Accept": "text/event-stream"}


def closed_case(person: Person, division: str = DISTRICT) -> str:
    """A case of this person that is closed, and that feedback has heard of."""
    body = application("name-reservation", steps.fresh_name(division), division=division)
    case = str(ok(person.create(CASES, body), 201)["id"])
    steps.closed(person, case)
    eventually(lambda: case in waiting(person), "the case to be evaluated")
    return case


def waiting(person: Person) -> list[str]:
    """The cases that wait for this person's evaluation."""
    return [one["case"] for page in person.pages("/feedback/me/cases?limit=200") for one in page]


def evaluate(person: Person, case: str, level: int, path: str = "evaluation", **more: Any) -> Any:
    """The evaluation, once it is given."""
    body = {"level": level, **more}
    return ok(person.create(f"/feedback/cases/{case}/{path}", body), 201)


def evaluation(person: Person, case: str) -> Any:
    return ok(person.get(f"/feedback/cases/{case}/evaluation"))


def rectification(person: Person, case: str) -> Any:
    """The rectification that a bad evaluation has opened."""
    return eventually(lambda: evaluation(person, case)["rectification"], "the rectification")


def step(official: Person, path: str, action: str, body: dict[str, Any]) -> Any:
    """An official's move, in the version there is."""
    etag = official.get(path).headers["ETag"]
    return ok(official.post(f"{path}/{action}", json=body, headers={"If-Match": etag}))


def figures(anyone: Person, **query: str) -> dict[str, Any]:
    """The one row of the public figures that the query asks for; empty if nothing is counted."""
    rows = ok(anyone.get("/feedback/figures", params=query, headers={"Cache-Control": "no-cache"}))
    found: dict[str, Any] = next(iter(rows["rows"]), {})
    return found


def api_key(administrator: Person) -> str:
    """A key for a client of Open311."""
    body = {"name": "journeys", "contact": "journeys@example.com"}
    key = administrator.create("/feedback/api-keys", body, key="journeys")
    return str(ok(key, 201)["api_key"])


def submit(person: Person, service: str, **form: str) -> Any:
    """What Open311 answers to a submission in JSON."""
    given = {"service_code": service, **PLACE, "description": f"{uuid.uuid4()}", **form}
    found: list[Any] = ok(person.post(f"{OPEN311}/requests.json", data=given), 200)
    assert len(found) == 1
    return found[0]


def notices(person: Person) -> list[dict[str, Any]]:
    """The newest notices."""
    found: list[dict[str, Any]] = ok(person.get("/feedback/me/notices?limit=100"))["items"]
    return found


def told(person: Person, kind: str, about: str) -> dict[str, Any]:
    """The notice of this kind about `about`, once it has come."""

    def look() -> Any:
        return next((n for n in notices(person) if n["kind"] == kind and about in n["about"]), None)

    found: dict[str, Any] = eventually(look, f"{kind} about {about}")
    return found


def told_moves(person: Person, count: int) -> list[dict[str, Any]]:
    """The notices of somebody new, once there are `count`: they come in no order."""
    found: list[dict[str, Any]] = eventually(
        lambda: len(seen := notices(person)) >= count and seen, f"{count} notices"
    )
    return found


def stream(person: Person, last: str) -> Iterator[tuple[str, Any]]:
    """The events of the live stream after `last`, as they come: (id, data)."""
    answer = person.get(
        "/feedback/me/events",
        headers={**LIVE, "Last-Event-ID": last},
        stream=True,
        timeout=PATIENCE,
    )
    assert answer.headers["Content-Type"].startswith("text/event-stream"), answer.text
    with answer:
        yield from parsed(answer.iter_lines(chunk_size=1))
    raise AssertionError("the stream has ended")


def parsed(lines: Iterator[bytes]) -> Iterator[tuple[str, Any]]:
    """Server-sent events (WHATWG HTML, 9.2.6) out of their lines: (id, data)."""
    id_, data, until = "", b"", time.monotonic() + PATIENCE
    for line in lines:
        assert time.monotonic() < until, "no event came"
        name, _, value = line.partition(b": ")
        if name == b"id":
            id_ = value.decode()
        elif name == b"data":
            data = value
        elif not line and data:
            yield id_, orjson.loads(data)
            data = b""
