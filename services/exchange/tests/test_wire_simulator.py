"""Simulated systems, asked as the exchange asks them: 191 nodes in one process."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from stdnum.cn import uscc

from services.exchange.adapters.http import HttpProvider
from services.exchange.domain.addresses import reach
from services.exchange.simulator import nodes
from services.exchange.simulator.behaving import Behaviour, Behaviours
from services.exchange.simulator.changing import Changes
from services.exchange.simulator.people import KNOWN, people, person
from services.exchange.simulator.resources import BARRED, QUALIFICATIONS
from services.exchange.simulator.server import Server
from shared.errors import ServiceError
from shared.exchange.messages import ANSWER, ORDER, Signer, digest, instant, signable, verified
from shared.exchange.order import digest_of_rows
from shared.personal import is_identity
from shared.schema import load

EXCHANGE, STRANGER = (Signer(base64.b64encode(bytes([n]) * 32).decode()) for n in (1, 2))
SALT = "ab" * 16
ZHANG, LI = KNOWN
DOCTOR = {"identity_number": ZHANG, "profession": "doctor"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The systems, which believe one exchange."""
    keys = {EXCHANGE.kid: EXCHANGE.public}
    made = Server(0, keys.get, Behaviours(Behaviour()), Changes("http://127.0.0.1:9"))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture(scope="module")
def provider() -> HttpProvider:
    """The exchange's way to them."""
    allowed = reach("http", "127.0.0.0/8", "")
    return HttpProvider(allowed, Path("/none"), EXCHANGE.kid, pause=lambda _: None)


class Asking:
    """Orders as the exchange makes them."""

    def __init__(self, server: Server, provider: HttpProvider) -> None:
        self.server, self.provider = server, provider

    def __call__(self, node: str, signer: Signer = EXCHANGE, **given: Any) -> dict[str, Any]:
        order = {
            "request": "4f56f3aa-e325-5157-b793-974417a10de2",
            "attempt": 1,
            "at": instant(datetime.now(UTC)),
            "kind": "query",
            "resource": nodes.resource(node).code,
            "version": 1,
            "salt": SALT,
            "fields": [],
            **given,
        }
        known = {"_id": node, "url": nodes.url(self.server.url, node), "tls": None}
        return self.provider.ask(known, order, signer.sign(ORDER, order), 30.0)

    def refused(self, *args: Any, **given: Any) -> str:
        """The type of the error with which it ends."""
        with pytest.raises(ServiceError) as refusal:
            self(*args, **given)
        return refusal.value.type


@pytest.fixture
def ask(server: Server, provider: HttpProvider) -> Asking:
    """`ask(node, key=..., fields=...)`."""
    return Asking(server, provider)


def signed_by(node: str, answer: dict[str, Any]) -> bool:
    """Whether the answer is of the node."""
    key = nodes.signer(node).public
    return verified(ANSWER, signable(answer), answer["signature"], key)


def test_query(ask: Asking) -> None:
    """The ordered fields and no others, under the node's signature and the order's salt."""
    node = "GOV/human-resources"
    answer = ask(node, key=DOCTOR, fields=["certificate", "status"])
    assert answer["data"] == {"certificate": "201843110", "status": "valid"}
    assert signed_by(node, answer) and not signed_by("GOV/health", answer)
    content = {name: answer[name] for name in ("found", "data", "holds")}
    assert answer["digest"] == digest(SALT, content)
    assert answer["node"] == node


def test_nobody(ask: Asking) -> None:
    """Who has no record is answered as well, and signed."""
    answer = ask("GOV/development-reform", key={"identity_number": ZHANG}, fields=["until"])
    assert (answer["found"], answer["data"]) == (False, None)
    assert signed_by("GOV/development-reform", answer)


def test_verification(ask: Asking) -> None:
    """A claim holds or does not; the data stays where it is."""
    for level, holds in (("doctor", True), ("assistant", False)):
        answer = ask("GOV/human-resources", kind="verify", key=DOCTOR, claims={"level": level})
        assert (answer["holds"], answer["data"]) == (holds, None)
        assert signed_by("GOV/human-resources", answer)


def test_batch(ask: Asking) -> None:
    """As many rows as keys, in their order, under one signature."""
    keys = [{"identity_number": one} for one in list(people())[:500]]
    answer = ask("GOV/development-reform", kind="batch", keys=keys, fields=["reference"])
    rows = answer["rows"]
    assert len(rows) == 500 and 0 < sum(row is not None for row in rows) < 50
    assert answer["digest"] == digest_of_rows(SALT, rows)
    assert signed_by("GOV/development-reform", answer)


def test_all(ask: Asking) -> None:
    """Each of the 191 nodes answers for itself, and holds a resource of its own."""
    codes = set()
    for node in nodes.ids():
        key = dict.fromkeys(nodes.resource(node).key, ZHANG)
        if "profession" in key:
            key["profession"] = "nurse"
        if "code" in key:
            key["code"] = "91430104MA0000001" + uscc.calc_check_digit("91430104MA0000001")
        answer = ask(node, key=key, fields=[])
        assert signed_by(node, answer) and answer["node"] == node
        codes.add(nodes.resource(node).code)
    assert len(codes) == 191


@pytest.mark.parametrize(
    "given",
    [
        {"signer": STRANGER},
        {"at": "2020-01-01T00:00:00.000Z"},
        {"resource": "barred-person"},
        {"version": 2},
    ],
)
def test_refused(ask: Asking, given: dict[str, Any]) -> None:
    """An order that the exchange did not sign, not now, or not of this system, gets no data."""
    assert ask.refused("GOV/human-resources", **{"key": DOCTOR, **given}) == "provider-invalid"


@pytest.mark.parametrize(
    "given",
    [
        {"fields": ["certificate", "salary"]},
        {"fields": ["certificate"], "key": {"identity_number": ZHANG}},
        {"fields": [], "key": {**DOCTOR, "identity_number": "1"}},
        {"kind": "subscribe"},
    ],
)
def test_unacceptable(ask: Asking, given: dict[str, Any]) -> None:
    """A key or a field that the resource does not have is named."""
    assert ask.refused("GOV/human-resources", **{"key": DOCTOR, **given}) == "invalid"


def test_behaviour(ask: Asking, server: Server) -> None:
    """A system can be told to be away, and to come back; the others go on."""
    node, key = "COUNTY/430104", {"identity_number": ZHANG}
    put = {"timeout": 30, "json": {"away": True}}
    assert requests.put(nodes.url(server.url, node), **put).ok  # type: ignore[arg-type]
    assert ask.refused(node, key=key) == "provider-unavailable"
    assert ask("COUNTY/430102", key=key)["found"] is False
    put["json"] = {"away": False}
    assert requests.put(nodes.url(server.url, node), **put).ok  # type: ignore[arg-type]
    assert ask(node, key=key)["found"] in (True, False)
    put["json"] = {"mood": 1}
    assert requests.put(nodes.url(server.url, node), **put).status_code == 400  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/GOV/nobody/x", b"{}", 404),
        ("/GOV/health/x", b"{", 400),
        ("/GOV/health/x", b"[]", 403),
        ("/GOV/health/x", b" " * (2**20 + 1), 413),
        ("/", b"{}", 404),
    ],
)
def test_hostile(server: Server, path: str, body: bytes, status: int) -> None:
    """Whatever else is sent is refused with a status."""
    assert requests.post(server.url + path, data=body, timeout=30).status_code == status


def test_listing(server: Server) -> None:
    """What is to be registered can be read: addresses, keys and declarations."""
    listed = requests.get(server.url, timeout=30).json()["nodes"]
    assert len(listed) == 191
    one = next(entry for entry in listed if entry["node"] == "GOV/human-resources")
    assert one["url"] == f"{server.url}/GOV/human-resources"
    assert one["jwk"] == nodes.signer("GOV/human-resources").jwk
    assert one["resource"]["code"] == "professional-qualification"


def test_people() -> None:
    """Numbers are valid and differ; records fit their schemas; the known citizens have theirs."""
    everybody = people()
    assert len(everybody) == 2_000 + len(KNOWN) and all(map(is_identity, everybody))
    assert person(7) == person(7) and person(7).identity in everybody
    for resource in (QUALIFICATIONS, BARRED):
        assert resource.read is not None
        keys = [{"identity_number": one} for one in everybody]
        for profession in ("doctor", "nurse"):
            asked = [{**key, "profession": profession} for key in keys]
            given = asked if resource is QUALIFICATIONS else keys
            rows = [row for row in resource.read(None, given, ()) if row]  # type: ignore[arg-type]
            assert rows
            load(resource.schema(many=True), rows)
    held = QUALIFICATIONS.read
    assert held is not None
    nurse = held(None, [{"identity_number": LI, "profession": "nurse"}], ())[0]  # type: ignore[arg-type]
    assert nurse is not None and nurse["passed_on"] == "2026-06-30"


def test_changed(server: Server, ask: Asking) -> None:
    """A record that changes says so from then on; a change of what there is not is refused."""
    node, key = "GOV/human-resources", {"identity_number": LI, "profession": "nurse"}
    path = f"{server.url}/{node}/professional-qualification"

    def change(**fields: str) -> int:
        return requests.put(path, json={"key": key, "fields": fields}, timeout=5).status_code

    assert change(status="revoked") == 200
    assert ask(node, key=key, fields=["status"])["data"] == {"status": "revoked"}
    assert change(status="valid") == 200
    assert ask(node, key=key, fields=["status"])["data"] == {"status": "valid"}
    assert change(shoe="42") == 422
    assert requests.put(f"{path}-of-old", json={}, timeout=5).status_code == 404
