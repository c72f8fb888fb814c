"""Existing systems at both ends of the exchange, with an ordinary HTTP client: X-Road's protocol
in, signed orders out, evidence between.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.exchange.simulator import nodes
from services.exchange.simulator.people import KNOWN, people
from shared.local import Platform
from tests.exchange.setting import PURPOSE, Setting, grant, set_up
from tests.journeys.people import Answer, Person, eventually, ok, problem
from tests.journeys.sharing import EXCHANGE, move, of_department
from tests.journeys.systems import System, system

ZHANG, LI = KNOWN
DOCTOR = {"identity_number": ZHANG, "profession": "doctor"}
REASON = "演练"


@pytest.fixture(scope="module")
def setting(platform: Platform) -> Setting:
    """Two simulated providers, a consumer of the health department, and its grant."""
    return set_up(platform)


@pytest.fixture
def client() -> Iterator[requests.Session]:
    """An ordinary client, which knows nothing of us."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def service(setting: Setting, base_url: str) -> str:
    """The address of the resource."""
    setting.consumer.token()
    return base_url + setting.service


def failed(answer: Answer, status: int, type_: str, problem: str) -> dict[str, Any]:
    """An error as X-Road tells it (PR-REST, 4.6)."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    assert answer.headers["X-Road-Error"] == body["type"] == type_
    assert answer.headers["Content-Type"] == "application/json"
    assert body["message"] and body["detail"] and body["problem"] == f"/problems/{problem}"
    assert "Traceback" not in answer.text and ".py" not in answer.text
    return body


def hashed(answer: Answer) -> str:
    """X-Road-Request-Hash as a client computes it from what it has sent (docs/exchange.md)."""
    sent = answer.request
    counted = ("x-road-", "exchange-", "content-type", "accept")
    names = [name for name in sent.headers if name.lower().startswith(counted)]
    given = sorted(
        f"{name.lower()}:{sent.headers[name]}\r\n" for name in names
        if name.lower() not in ("accept-language", "accept-encoding")
    )  # fmt: skip
    head = f"{sent.method}\r\n{sent.path_url}\r\n" + "".join(given)
    digest = hashlib.sha512(head.encode()).digest()
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    if body:
        digest = hashlib.sha512(digest + hashlib.sha512(body).digest()).digest()
    return base64.b64encode(digest).decode()


def test_get(setting: Setting, service: str, client: requests.Session) -> None:
    """By GET: the record, its origin and receipt; the headers tie the answer to the request."""
    message = str(uuid.uuid4())
    headers = setting.headers(X_Road_Id=message, X_Road_UserId="CN-4711")
    answer = client.get(service, params={**DOCTOR, "fields": "certificate,status"}, headers=headers)
    found = ok(answer)
    assert found["data"] == {"certificate": "201843110", "status": "valid"}
    assert (found["provider"], found["version"]) == (setting.provider, 1)
    assert answer.headers["X-Road-Id"] == message
    assert answer.headers["X-Road-Client"] == headers["X-Road-Client"]
    assert answer.headers["X-Road-Service"] == setting.service.partition("/r1/")[2]
    assert answer.headers["X-Road-Request-Id"] == found["receipt"]["request"]
    assert answer.headers["X-Road-Request-Hash"] == hashed(answer)
    assert "X-Road-Error" not in answer.headers
    again = ok(client.get(answer.url, headers=headers))
    assert again["receipt"] == found["receipt"]
    other = ok(client.get(answer.url, headers=setting.headers()))
    assert other["receipt"]["index"] > found["receipt"]["index"]


def test_post(setting: Setting, service: str, client: requests.Session) -> None:
    """By POST the key stays out of the address; the hash covers the body; nobody is an answer."""
    body = {"key": {"identity_number": LI, "profession": "nurse"}, "fields": ["passed_on"]}
    answer = client.post(service, json=body, headers=setting.headers())
    assert ok(answer)["data"] == {"passed_on": "2026-06-30"}
    assert answer.headers["X-Road-Request-Hash"] == hashed(answer)
    assert uuid.UUID(answer.headers["X-Road-Id"])
    body["key"]["profession"] = "doctor"  # type: ignore[index]
    nobody = ok(client.post(service, json=body, headers=setting.headers()))
    assert (nobody["found"], nobody["data"]) == (False, None)


def test_verification(setting: Setting, service: str, client: requests.Session) -> None:
    """A claim holds or not, and no data comes along."""
    url = f"{service}/verification"
    for level, holds in (("doctor", True), ("assistant", False)):
        body = {"key": DOCTOR, "claims": {"level": level, "status": "valid"}}
        found = ok(client.post(url, json=body, headers=setting.headers()))
        assert (found["holds"], "data" in found) == (holds, False)


def test_batch(setting: Setting, service: str, client: requests.Session) -> None:
    """A thousand keys as NDJSON: a line each, in their order, with a receipt for each chunk; the
    rest of it can be asked for from any key on.
    """
    keys = [{"identity_number": one, "profession": "doctor"} for one in list(people())[:1_000]]
    data = "\n".join(json.dumps(key) for key in keys)
    headers = setting.headers(X_Road_Id=str(uuid.uuid4()), Content_Type="application/x-ndjson")
    url = f"{service}/batch?fields=status"
    answer = client.post(url, data=data, headers=headers)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["X-Road-Request-Hash"] == hashed(answer)
    rows = [line for line in lines if "n" in line]
    assert [row["key"] for row in rows] == keys
    assert rows[0]["data"] == {"status": "valid"} and {row["found"] for row in rows} == {
        True,
        False,
    }
    receipts = [line["receipt"] for line in lines if "receipt" in line]
    assert len(receipts) == 2 and lines[-1] == {"end": 1_000}
    rest = client.post(f"{url}&first=750", data=data, headers=headers)
    again = [json.loads(line) for line in rest.text.splitlines()]
    assert [line["n"] for line in again if "n" in line] == list(range(750, 1_000))
    assert [line["receipt"] for line in again if "receipt" in line] == receipts[1:]


def test_metadata(setting: Setting, service: str, client: requests.Session, base_url: str) -> None:
    """X-Road's metadata services: who is there, what there is, what I may use, and how."""
    headers = setting.headers()
    subsystem = service.rpartition("/")[0]
    members = ok(client.get(f"{base_url}/exchange/listClients", headers=headers))["member"]
    subsystems = {(m["id"]["member_code"], m["id"].get("subsystem_code")) for m in members}
    assert {("human-resources", None), ("human-resources", "records")} <= subsystems
    listed = ok(client.get(f"{subsystem}/listMethods", headers=headers))["service"]
    allowed = ok(client.get(f"{subsystem}/allowedMethods", headers=headers))["service"]
    assert [one["service_code"] for one in listed] == [setting.resource]
    assert allowed == listed
    other = nodes.resource("GOV/development-reform").code
    elsewhere = f"{base_url}/exchange/r1/HUNAN/GOV/development-reform/records"
    assert other in [
        one["service_code"]
        for one in ok(client.get(f"{elsewhere}/listMethods", headers=headers))["service"]
    ]
    assert ok(client.get(f"{elsewhere}/allowedMethods", headers=headers)) == {"service": []}
    url = f"{subsystem}/getOpenAPI?serviceCode={setting.resource}"
    document = ok(client.get(url, headers=headers))
    OpenAPIV31SpecValidator(document).validate()
    assert document["servers"][0]["url"] == subsystem
    unknown = client.get(f"{subsystem}/getOpenAPI?serviceCode=x", headers=headers)
    failed(unknown, 404, "Server.ClientProxy.UnknownService", "resource-unknown")


DENIED = "Server.ServerProxy.AccessDenied"
HERE = "Server.ClientProxy.AccessDenied"
BAD = "Client.BadRequest"


@pytest.mark.parametrize(
    ("headers", "query", "status", "type_", "problem"),
    [
        ({"X_Road_Client": "HUNAN/GOV/health/other"}, {}, 403, HERE, "client-mismatch"),
        ({"X_Road_Client": "EE/GOV/health/x"}, {}, 403, HERE, "client-mismatch"),
        ({"X_Road_Client": ""}, {}, 400, BAD, "invalid"),
        ({"X_Road_Issue": "42"}, {}, 400, BAD, "invalid"),
        ({"X_Road_Issue": ""}, {}, 400, BAD, "invalid"),
        ({"X_Road_Id": "x" * 300}, {}, 400, BAD, "invalid"),
        ({"Exchange_Grant": "none"}, {}, 404, DENIED, "grant-unknown"),
        ({"Exchange_Purpose": "marketing"}, {}, 403, DENIED, "purpose-not-granted"),
        ({"Exchange_Item": "x"}, {}, 403, DENIED, "item-not-granted"),
        ({}, {"fields": "certificate,salary"}, 403, DENIED, "fields-not-granted"),
        ({}, {"identity_number": "1"}, 400, BAD, "invalid"),
        ({}, {"$where": "1"}, 400, BAD, "invalid"),
        ({"Authorization": "Bearer x"}, {}, 401,
         "Server.ClientProxy.AuthenticationFailed", "token-invalid"),
    ],
)  # fmt: skip
def test_refused(
    setting: Setting,
    service: str,
    client: requests.Session,
    headers: dict[str, str],
    query: dict[str, str],
    status: int,
    type_: str,
    problem: str,
) -> None:
    """Whatever is not granted, or not as the protocol asks, is refused by its type."""
    answer = client.get(service, params={**DOCTOR, **query}, headers=setting.headers(**headers))
    failed(answer, status, type_, problem)


def test_hostile(setting: Setting, service: str, client: requests.Session) -> None:
    """Bodies that are none, too large, too deep or widened; methods and members that are not."""
    headers = setting.headers(Content_Type="application/json")
    for data, status in (
        (b"{", 400), (b"[]", 400), (b'{"key":' * 40 + b"1" + b"}" * 40, 400),
        (b'{"key": {"identity_number": {"$gt": ""}, "profession": "doctor"}}', 400),
        (b'{"key": {}, "salary": true}', 400), (b'{"key": {"x": "' + b"x" * 70_000 + b'"}}', 413),
    ):  # fmt: skip
        answer = client.post(service, data=data, headers=headers)
        assert answer.status_code == status and answer.json()["type"] == BAD, answer.text
    wide = {"key": DOCTOR, "fields": ["certificate", "salary"]}
    failed(client.post(service, json=wide, headers=headers), 403, DENIED, "fields-not-granted")
    assert client.put(service, json={}, headers=headers).status_code == 405
    lines = setting.headers(Content_Type="application/x-ndjson")
    for data, status in ((b"", 400), (b"{}\n" * 10_001, 413), (b"[]", 400)):
        answer = client.post(f"{service}/batch", data=data, headers=lines)
        assert answer.status_code == status and answer.json()["type"] == BAD, answer.text


def test_revoked(setting: Setting, service: str, client: requests.Session) -> None:
    """A grant that is revoked is refused by the next request."""
    administrator = setting.administrator
    administrator.sign_in()
    other = grant(administrator, setting.consumer, setting.provider)
    headers = setting.headers(Exchange_Grant=other)
    assert ok(client.get(service, params=DOCTOR, headers=headers))["found"]
    keeper = of_department(administrator, "human-resources", "13900000222")
    ok(move(keeper, f"grants/{other}", "revoke", reason=REASON))
    answer = client.get(service, params=DOCTOR, headers=headers)
    failed(answer, 403, DENIED, "grant-revoked")


def test_away(setting: Setting, service: str, client: requests.Session, platform: Platform) -> None:
    """A provider that is away is told by 503 with Retry-After; it comes back by itself."""
    base = platform.environment("exchange")["SIMULATOR_URL"]
    place = {"url": nodes.url(base, setting.provider), "timeout": 5}
    ok(client.put(**place, json={"away": True}))
    try:
        answer = client.get(service, params=DOCTOR, headers=setting.headers())
        failed(answer, 503, "Server.ServerProxy.ServiceFailed", "provider-unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
    finally:
        ok(client.put(**place, json={"away": False}))
    assert ok(client.get(service, params=DOCTOR, headers=setting.headers()))["found"]


def told(provider: System, resource: str, *keys: dict[str, str], **given: Any) -> Answer:
    """The provider's system tells that these records have changed."""
    changes = [{"key": key, **given} for key in keys]
    return provider.create(f"{EXCHANGE}/resources/{resource}/changes", {"changes": changes})


def follower(folder: Path, setting: Setting, base_url: str, grant_: str) -> list[Any]:
    """What the program in docs/exchange.md prints, run once."""
    page = Path(__file__).parents[2] / "docs" / "exchange.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (program,) = (block for block in blocks if block.startswith('"""follower.py'))
    (folder / "follower.py").write_text(program, encoding="utf-8")
    (folder / "keys.json").write_text(json.dumps([DOCTOR]))
    consumer = setting.consumer
    asked = [str(consumer.headers["X-Road-Client"]), grant_, PURPOSE, setting.resource]
    environment = {"TOKEN": consumer.token(), "PATH": "", "no_proxy": "*"}
    command = [sys.executable, "follower.py", base_url, *asked]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_follow(
    administrator: Person, setting: Setting, base_url: str, client: requests.Session, tmp_path: Path
) -> None:
    """The page's program follows a record: what its provider tells reaches it once; nobody tells
    for another, and what has ended is told no more."""
    kinds = ["query", "subscribe"]
    given = grant(administrator, setting.consumer, setting.provider, kinds=kinds)
    assert follower(tmp_path, setting, base_url, given) == []
    provider = system(administrator, setting.provider.partition("/")[2])
    ok(told(provider, setting.resource, DOCTOR, {**DOCTOR, "profession": "nurse"}), 202)
    found = eventually(lambda: follower(tmp_path, setting, base_url, given), "a change")
    assert [(one["number"], one["key"]) for one in found] == [(1, DOCTOR)]
    assert follower(tmp_path, setting, base_url, given) == []
    problem(told(setting.consumer, setting.resource, DOCTOR), 403)
    problem(told(provider, setting.resource, {"profession": "nurse"}), 422)
    id_ = json.loads((tmp_path / "followed.json").read_text())["id"]
    own = f"{base_url}{EXCHANGE}/subscriptions/{id_}"
    headers = setting.headers()
    for number, status in (("2", 400), ("-1", 400), ("x", 400)):
        assert client.get(f"{own}/changes?after={number}", headers=headers).status_code == status
    ended = ok(client.delete(own, headers=headers))
    assert (ended["state"], ended["number"]) == ("ended", 1)
    answer = client.get(f"{own}/changes", headers=headers)
    failed(answer, 410, "Client.BadRequest", "subscription-ended")
    answer = client.get(f"{base_url}{EXCHANGE}/subscriptions/none", headers=headers)
    failed(answer, 404, "Client.BadRequest", "subscription-unknown")
