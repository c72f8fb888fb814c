"""Open311: what clients send is read as the standard says, and told in its two formats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.feedback.domain.open311 import queries, reading, rendering
from services.feedback.domain.open311.definitions import TYPES, definition, listed
from services.feedback.domain.open311.services import SERVICES
from services.feedback.georeport_schemas import RequestForm
from services.feedback.georeporting import refuses
from shared.entrypoints.bodies import form
from shared.errors import FieldError, Invalid, Malformed, NotFound
from shared.schema import load
from shared.testing import NOON
from shared.text import Text

ERRORS = """<?xml version='1.0' encoding='UTF-8'?>
<errors><error><code>403</code><description>Invalid api_key</description></error></errors>"""


def test_errors() -> None:
    """The errors are the standard's own example, in XML and in JSON."""
    assert rendering.errors(403, ["Invalid api_key"], "xml").decode() == ERRORS
    told = orjson.loads(rendering.errors(403, ["Invalid api_key"], "json"))
    assert told == [{"code": 403, "description": "Invalid api_key"}]


def test_refusals() -> None:
    """Faulty values are 400 with each fault told; what is not found is 404."""
    fault = FieldError("/lat", Text("错", "wrong"))
    reply = refuses(Invalid(errors=[fault, fault]), "en", "/feedback/open311/v2/requests.json")
    assert reply.status == 400 and len(orjson.loads(reply.body)) == 2
    reply = refuses(NotFound(), "zh", "/feedback/open311/v2/x.xml")
    assert reply.status == 404 and "未找到" in reply.body.decode()


def test_token_example() -> None:
    """The standard's example of a token's answer comes out as it stands there."""
    value = [{"service_request_id": "638344", "token": "12345"}]
    root = ElementTree.fromstring(rendering.rendered("service_requests", value, "xml"))
    assert [(e.tag, e.text) for e in root[0]] == [
        ("service_request_id", "638344"), ("token", "12345")
    ]  # fmt: skip
    assert root.tag == "service_requests" and root[0].tag == "request"


VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(["code", "description", "lat"]), VALUES, min_size=1))
def test_one_tree(value: dict[str, Any]) -> None:
    """Whatever is told, both formats can be read, and say the same."""
    xml = ElementTree.fromstring(rendering.rendered("errors", [value], "xml"))
    assert [e.tag for e in xml[0]] == list(value)
    assert orjson.loads(rendering.rendered("errors", [value], "json")) == [value]


def test_definitions() -> None:
    """All data types are in use, orders are unique, and list keys are texts."""
    used = {a.datatype for s in SERVICES.values() for a in s.attributes}
    assert used == set(TYPES)
    for service in SERVICES.values():
        told = definition(service, "en")["attributes"]
        assert [a["order"] for a in told] == list(range(1, len(told) + 1))
        assert all(isinstance(v["key"], str) for a in told for v in a.get("values", ()))
        assert listed(service, "zh")["service_name"] == service.name.zh
        assert service.department or any(a.code == "DEPARTMENT" for a in service.attributes)


def read(text: str) -> Any:
    """A form as the entrypoint reads it."""
    return load(RequestForm(), form(text.encode(), RequestForm.repeats))


def test_forms() -> None:
    """Attributes come as the standard writes them; what it does not know is dropped."""
    found = read(
        "api_key=xyz&service_code=suggestion&lat=37.76&long=-122.42&attribute[DEPARTMENT]=health"
        "&attribute[TOPICS][]=form&attribute[TOPICS][]=speed&attribute[WISH]=&unknown=1&email="
    )
    assert found["attributes"] == {"DEPARTMENT": ["health"], "TOPICS": ["form", "speed"]}
    assert "unknown" not in found
    answered = reading.answers(SERVICES["suggestion"], found["attributes"])
    assert answered == {"DEPARTMENT": "health", "TOPICS": ["form", "speed"]}
    with pytest.raises(Invalid):
        read("service_code=a&service_code=b")
    with pytest.raises(Invalid):
        read("attribute=1")


@pytest.mark.parametrize(
    ("given_", "fault"),
    [
        ({}, "attribute[DEPARTMENT]"),
        ({"DEPARTMENT": ["moon"]}, "attribute[DEPARTMENT]"),
        ({"DEPARTMENT": ["health", "education"]}, "attribute[DEPARTMENT]"),
        ({"DEPARTMENT": ["health"], "REPORTED": ["a\nb"]}, "attribute[REPORTED]"),
        ({"DEPARTMENT": ["health"], "REPORTED": ["a"], "WHEN": ["today"]}, "attribute[WHEN]"),
    ],
)
def test_answers(given_: dict[str, list[str]], fault: str) -> None:
    """Faulty answers are named."""
    with pytest.raises(Malformed) as refused:
        reading.answers(SERVICES["report"], given_)
    assert f"/{fault}" in [e.pointer for e in refused.value.errors]


@pytest.mark.parametrize(
    ("form_", "division"),
    [
        ({"address_id": "430111"}, "430111"),
        ({"address_string": "湖南省长沙市岳麓区麓山南路 932 号"}, "430104"),
        ({"address_string": "湖南省长沙市五一大道"}, "430100"),
        ({"address_string": "某地"}, "430000"),
        ({"lat": "28.2", "long": "112.9"}, "430000"),
    ],
)
def test_places(form_: dict[str, str], division: str) -> None:
    """A place is assigned to the smallest division that is named, else to the province."""
    assert reading.place(form_, {}, "430000").division == division
    named = reading.place({"lat": "1", "long": "1"}, {"DIVISION": "430111"}, "430000")
    assert named.division == "430111"


@pytest.mark.parametrize(
    "form_",
    [{}, {"lat": "28.2"}, {"lat": "x", "long": "1"}, {"lat": "91", "long": "1"},
     {"lat": "nan", "long": "1"}, {"address_id": "999999"}, {"lat": "", "address_string": ""}],
)  # fmt: skip
def test_no_place(form_: dict[str, str]) -> None:
    """Without a full location there is no request."""
    with pytest.raises(Malformed):
        reading.place(form_, {}, "430000")


def test_media() -> None:
    """A media_url is of the web; what could run in a reader's browser is refused."""
    for good in ("https://example.com/a.jpg?x=1", "http://localhost:8000/feedback/attachments/a"):
        assert reading.media_url({"media_url": good}) == good
    assert reading.media_url({"media_url": ""}) is None
    for bad in ("javascript:alert(1)", "data:text/html,x", "https://x/<script>", "ftp://x/", "a b"):
        with pytest.raises(Malformed):
            reading.media_url({"media_url": bad})


def test_spans() -> None:
    """90 days are the default and the most; one end alone gives the other."""
    days = timedelta(days=90)
    found = queries.wanted({}, NOON)
    assert (found.start, found.end, found.page_size) == (NOON - days, NOON, queries.MOST)
    found = queries.wanted({"end_date": "2026-05-01T00:00:00Z", "start_date": ""}, NOON)
    assert found.end - found.start == days
    found = queries.wanted({"start_date": "2026-01-01T00:00:00+08:00"}, NOON)
    assert found.end - found.start == days
    assert queries.wanted({"page": "2"}, NOON).page_size == queries.PAGE_SIZE
    for wrong in (
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-02T00:00:00Z"},
        {"start_date": "2026-01-01T00:00:00"}, {"start_date": "0001-01-01T00:00:00Z"},
        {"status": "open,lost"}, {"page": "x"}, {"page_size": "1001"},
    ):  # fmt: skip
        with pytest.raises(Malformed):
            queries.wanted(wrong, NOON)


@given(st.dictionaries(st.sampled_from(["start_date", "end_date", "page", "status"]), st.text()))
def test_any_query(query: dict[str, str]) -> None:
    """Whatever is asked, the answer is a span that can be searched, or 400."""
    try:
        found = queries.wanted(query, NOON)
    except Malformed:
        return
    assert timedelta(0) <= found.end - found.start <= queries.SPAN
