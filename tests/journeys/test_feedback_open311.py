"""Open311 GeoReport v2 as its clients use it, in JSON and in XML."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from georeport import GeoReport
from jsonschema import Draft4Validator

from tests.journeys import feedback as steps
from tests.journeys.people import Answer, Person, eventually, ok

REQUEST_MEMBERS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip
"""GeoReport v2, GET Service Requests, Response."""


@pytest.fixture(scope="module")
def key(base_url: str) -> str:
    """An API key, as the administrator gives it."""
    return steps.api_key(Person(base_url, "13900000009"))


def xml(answer: Answer, root: str) -> ElementTree.Element:
    """The root element of an answer in XML."""
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith("<?xml") and "UTF-8" in answer.text[:60].upper()
    found = ElementTree.fromstring(answer.content)
    assert found.tag == root
    return found


def test_discovery(anyone: Person) -> None:
    """The discovery names the endpoint and its formats, alike in both."""
    told = ok(anyone.get(f"{steps.OPEN311}/discovery.json"))
    endpoint = told["endpoints"][0]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith(steps.OPEN311)
    assert endpoint["formats"] == ["text/xml", "application/json"]
    root = xml(anyone.get(f"{steps.OPEN311}/discovery.xml"), "discovery")
    assert [e.tag for e in root] == ["changeset", "contact", "key_service", "endpoints"]
    assert [f.text for f in root.findall("endpoints/endpoint/formats/format")] == endpoint[
        "formats"
    ]


def test_client(anyone: Person, base_url: str, key: str) -> None:
    """A client from a package index reads services, definitions and requests in both formats."""
    made = steps.submit(
        anyone, "consultation", api_key=key, **{"attribute[DEPARTMENT]": "education"}
    )
    for format_ in ("json", "xml"):
        client = GeoReport(base_url + steps.OPEN311, "hunan.gov.cn", output_format=format_)
        services = client.get_service_list()
        assert {s["service_code"] for s in services} >= {"complaint", "consultation", "report"}
        definition = client.get_service_definition("suggestion")
        assert definition["service_code"] == "suggestion"
        one: Any = client.get_service_request(made["service_request_id"])
        assert (one["service_code"], one["status"]) == ("consultation", "open")
        many = client.get_service_requests(service_code="consultation", status="open")
        listed = many if isinstance(many, list) else [many]
        assert made["service_request_id"] in [r["service_request_id"] for r in listed]


def test_shapes(anyone: Person, key: str) -> None:
    """Members are those of the standard, in its order, with its types; JSON and XML are one."""
    form = {
        "attribute[DEPARTMENT]": "health",
        "attribute[PUBLIC]": "yes",
        "lat": "28.2",
        "long": "112.9",
    }
    made = steps.submit(
        anyone, "consultation", api_key=key, media_url="https://example.com/a.jpg", **form
    )
    path = f"{steps.OPEN311}/requests/{made['service_request_id']}"
    [one] = ok(anyone.get(f"{path}.json"))
    assert list(one) == REQUEST_MEMBERS
    assert (one["lat"], one["long"], one["media_url"]) == (28.2, 112.9, "https://example.com/a.jpg")
    assert datetime.fromisoformat(one["expected_datetime"]).tzinfo
    [request] = xml(anyone.get(f"{path}.xml"), "service_requests")
    assert [e.tag for e in request] == REQUEST_MEMBERS
    assert request.findtext("address") == one["address"] and not request.findtext("zipcode")
    schema = {
        "type": "object",
        "required": ["service_request_id", "status", "service_code", "requested_datetime"],
        "properties": {
            **{name: {"type": ["string", "null"]} for name in REQUEST_MEMBERS},
            "lat": {"type": ["number", "null"]},
            "long": {"type": ["number", "null"]},
            "status": {"enum": ["open", "closed"]},
        },
    }
    Draft4Validator(schema).validate(one)


def test_services(anyone: Person) -> None:
    """Every service has its definition; lists have values; words are in the caller's language."""
    datatypes = set()
    for service in ok(anyone.get(f"{steps.OPEN311}/services.json")):
        assert service["type"] in ("realtime", "batch") and service["metadata"] is True
        path = f"{steps.OPEN311}/services/{service['service_code']}"
        found = ok(anyone.get(f"{path}.json"))["attributes"]
        elements = xml(anyone.get(f"{path}.xml"), "service_definition").findall(
            "attributes/attribute"
        )
        assert [a["code"] for a in found] == [e.findtext("code") for e in elements]
        assert [a["order"] for a in found] == list(range(1, len(found) + 1))
        assert all(("values" in a) == a["datatype"].endswith("list") for a in found)
        datatypes |= {a["datatype"] for a in found}
    assert datatypes == {
        "string",
        "number",
        "datetime",
        "text",
        "singlevaluelist",
        "multivaluelist",
    }
    chinese = anyone.get(f"{steps.OPEN311}/services.json", headers={"Accept-Language": "zh"})
    assert "办事咨询" in chinese.text


def test_errors(anyone: Person, key: str) -> None:
    """Errors are the standard's, in the format that was asked for, with the status it names."""
    good = {"service_code": "consultation", **steps.PLACE, "attribute[DEPARTMENT]": "health"}
    wrong: list[tuple[dict[str, str], int]] = [
        (good, 403),
        ({**good, "api_key": "wrong"}, 403),
        ({**good, "api_key": key, "service_code": "potholes"}, 404),
        ({**good, "api_key": key, "service_code": ""}, 400),
        ({**good, "api_key": key, "jurisdiction_id": "sfgov.org"}, 404),
        ({**good, "api_key": key, "attribute[DEPARTMENT]": "moon"}, 400),
        ({"service_code": "consultation", **steps.PLACE, "api_key": key}, 400),
        ({**good, "api_key": key, "address_id": "", "address_string": ""}, 400),
        ({**good, "api_key": key, "lat": "91", "long": "1"}, 400),
        ({**good, "api_key": key, "description": "长" * 4001}, 400),
    ]
    for form, status in wrong:
        for format_ in ("json", "xml"):
            answer = anyone.post(f"{steps.OPEN311}/requests.{format_}", data=form)
            assert answer.status_code == status, (form, answer.text)
            if format_ == "json":
                assert all(e["code"] == status and e["description"] for e in answer.json())
            else:
                errors = xml(answer, "errors")
                assert {e.tag for e in errors} == {"error"}
                assert {e.findtext("code") for e in errors} == {str(status)}
    for path, status in (
        ("services/none.xml", 404), ("requests/none.xml", 404), ("tokens/none.xml", 404),
        ("nothing.xml", 404), ("requests.xml?start_date=yesterday", 400),
        ("requests.xml?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("requests.xml?page=0", 400), ("requests.xml?status=lost", 400),
        ("services.xml?jurisdiction_id=sfgov.org", 404),
    ):  # fmt: skip
        answer = anyone.get(f"{steps.OPEN311}/{path}")
        assert answer.status_code == status, path
        xml(answer, "errors")


def test_filters(anyone: Person, key: str) -> None:
    """Requests are found by id, service, status, dates and page; a repeat is the same request."""
    marks = [f"{uuid.uuid4()}" for _ in range(3)]
    form = {
        "api_key": key,
        "attribute[DEPARTMENT]": "science-technology",
        "attribute[TOPICS][]": "form",
    }
    made = [steps.submit(anyone, "suggestion", description=m, **form) for m in marks]
    ids = [m["service_request_id"] for m in made]
    assert steps.submit(anyone, "suggestion", description=marks[0], **form) == made[0]

    def found(**query: Any) -> list[str]:
        rows = ok(anyone.get(f"{steps.OPEN311}/requests.json", params=query))
        return [row["service_request_id"] for row in rows]

    assert found(service_request_id=",".join([*ids, "none"]), status="closed") == ids
    assert found(service_code="suggestion,none", page_size=3) == ids[::-1]
    assert found(service_code="suggestion", page=2, page_size=2)[0] == ids[0]
    assert not set(found(status="closed")) & set(ids)
    now = datetime.now(UTC)
    past = {
        "start_date": (now - timedelta(days=30)).isoformat(),
        "end_date": (now - timedelta(days=20)).isoformat(),
    }
    assert not set(found(**past)) & set(ids)
    assert set(found(start_date=(now - timedelta(hours=1)).isoformat())) >= set(ids)


def test_privacy(anyone: Person, zhang: Person, key: str) -> None:
    """Who did not agree is not read by the public; who did, with numbers masked; contacts never."""
    personal = {
        "email": "zhang.wei@example.com", "phone": "13800000001", "last_name": "张",
        "first_name": "伟", "device_id": "device-77", "account_id": "account-77",
    }  # fmt: skip
    text = "我的身份证是 430104199001010019"
    common = {"attribute[DEPARTMENT]": "health", "description": text, **personal}
    silent = steps.submit(zhang, "consultation", **common)["service_request_id"]
    loud = steps.submit(
        anyone, "consultation", api_key=key, **common, **{"attribute[PUBLIC]": "yes"}
    )
    shown = anyone.get(
        f"{steps.OPEN311}/requests.json?service_request_id={silent},{loud['service_request_id']}"
    )
    first, second = shown.json()
    assert first["description"] is None and first["address"] is None
    assert second["description"] == "我的身份证是 4301**********0019"
    for secret in ("199001010019", "13800000001", "zhang.wei", "device-77", "张"):
        assert secret not in shown.text
    [own] = ok(zhang.get(f"{steps.OPEN311}/requests/{silent}.json"))
    assert own["description"] == text
    desk = zhang.get(f"/feedback/requests/{silent}")
    assert ok(desk)["contact"]["phone"] == "138****0001" and "zhang.wei" not in desk.text


def test_report_by_token(anyone: Person, key: str) -> None:
    """A report gives a token instead of an id; the token leads to it, in both formats."""
    made = steps.submit(
        anyone, "report", api_key=key,
        **{"attribute[DEPARTMENT]": "health", "attribute[REPORTED]": "某诊所"},
    )  # fmt: skip
    assert "service_request_id" not in made
    [found] = ok(anyone.get(f"{steps.OPEN311}/tokens/{made['token']}.json"))
    assert found["token"] == made["token"]
    [request] = xml(anyone.get(f"{steps.OPEN311}/tokens/{made['token']}.xml"), "service_requests")
    assert request.findtext("service_request_id") == found["service_request_id"]
    ok(anyone.get(f"{steps.OPEN311}/requests/{found['service_request_id']}.json"))


def test_desk(zhang: Person, clerk: Person, elsewhere: Person, anyone: Person, li: Person) -> None:
    """A request lies at the desk of its place; it is passed on, noted and answered, all kept."""
    picture = zhang.post(
        "/feedback/attachments", data=b"\x89PNG\r\n\x1a\n....",
        headers={"Content-Type": "image/png", "Idempotency-Key": f"{uuid.uuid4()}"},
    )  # fmt: skip
    url = ok(picture, 201)["media_url"]
    made = steps.submit(
        zhang, "consumer-dispute", media_url=url, address_id="",
        address_string="长沙市雨花区韶山路 1 号",
        **{"attribute[TRADER]": "某超市", "attribute[AMOUNT]": "99.5", "attribute[PUBLIC]": "yes"},
    )  # fmt: skip
    id_ = made["service_request_id"]
    path = f"/feedback/requests/{id_}"
    assert id_ in elsewhere.listed("/feedback/requests?limit=200")
    assert clerk.get(path).status_code == 404 == li.get(path).status_code
    body = {"note": "属岳麓区管辖", "department": "market-regulation", "division": "430104"}
    steps.step(elsewhere, path, "transfer", body)
    steps.told(clerk, "feedback.request.transferred", id_)
    assert elsewhere.get(path).status_code == 404
    assert clerk.get(url).content.startswith(b"\x89PNG")
    steps.step(clerk, path, "note", {"note": "已联系商家"})
    done = steps.step(clerk, path, "answer", {"note": "商家已退款"})
    assert [e["action"] for e in done["history"]] == ["submit", "transfer", "note", "answer"]
    steps.told(zhang, "feedback.request.answered", id_)
    [shown] = ok(anyone.get(f"{steps.OPEN311}/requests/{id_}.json"))
    assert (shown["status"], shown["status_notes"]) == ("closed", "商家已退款")
    assert eventually(lambda: anyone.get(url).status_code == 200, "a public picture")
