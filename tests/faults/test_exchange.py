"""The exchange, its providers and its log while parts of it die, and while somebody lies."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from services.exchange.domain import batch
from services.exchange.tests import evidence
from shared import timekeeping
from shared.exchange.messages import REQUEST, Signer, instant, signable_request
from shared.local import Platform
from tests.faults import sharing
from tests.faults.clients import ANSWER_TIMEOUT
from tests.faults.fixtures import ENV
from tests.faults.observing import wait
from tests.faults.reader.service import ITEM, PURPOSE
from tests.faults.reporting import tell

RESIDENTS = 1_800
QUESTIONS = 120
THREADS = 6
MOVES = 40
PATIENCE = 180.0
"""Seconds in which a client gets its answer in the end."""
CLOCKS = ("reader", "register")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, patient: None) -> Iterator[Platform]:
    """A reader and a register, each with a clock of its own."""
    folder = tmp_path_factory.mktemp("sharing")
    own = {service: {"CLOCK_FILE": str(folder / service)} for service in CLOCKS}
    made = Platform(folder / "data", services=sharing.SERVICES, env=ENV, service_env=own)
    with made as running:
        sharing.connect(running, RESIDENTS)
        yield running


@pytest.fixture
def clocks(platform: Platform) -> Iterator[Mapping[str, Path]]:
    """The clocks of services, right again after the test."""
    files = {service: platform.folder.parent / service for service in CLOCKS}
    yield files
    for file in files.values():
        timekeeping.shift(file, 0)


IDENTITIES = sharing.identities(RESIDENTS)


def post(platform: Platform, path: str, body: Mapping[str, Any]) -> requests.Response:
    url = f"{platform.service_url('reader')}/reader/{path}"
    return requests.post(url, json=body, timeout=ANSWER_TIMEOUT)


def ask(platform: Platform, id_: str, identity: str) -> requests.Response:
    return post(platform, "questions", {"id": id_, "identity": identity})


def insist(platform: Platform, id_: str, identity: str) -> dict[str, Any]:
    """The answer to a question that is asked until there is one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        reply = ask(platform, id_, identity)
        if reply.status_code == requests.codes.ok:
            answer: dict[str, Any] = reply.json()
            return answer
        assert reply.status_code == requests.codes.unavailable, reply.text
        time.sleep(0.2)
    raise AssertionError(f"no answer within {PATIENCE} s")


def log(platform: Platform) -> list[dict[str, Any]]:
    """The records of the log, every page, hash, chain and signature of which was checked."""
    seed = platform.environment("exchange")["EXCHANGE_SIGNING_KEY"]
    return evidence.records(sharing.database(platform, "exchange"), Signer(seed))


def of(records: list[dict[str, Any]], id_: str) -> list[str]:
    return [record["outcome"] for record in records if record["id"] == id_]


def test_exchange_killed(platform: Platform) -> None:
    """An exchange killed three times under load: every answer has its record, every record of an
    answer became one, and no question has two."""
    ids = {str(uuid.uuid4()): IDENTITIES[n] for n in range(QUESTIONS)}
    answers: dict[str, dict[str, Any]] = {}

    def work(id_: str) -> None:
        answers[id_] = insist(platform, id_, ids[id_])

    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(work, id_) for id_ in ids]
        for share in (0.2, 0.45, 0.7):
            wait(lambda due=share: len(answers) >= due * QUESTIONS)  # type: ignore[misc]
            platform.kill("exchange")
            platform.start_part("exchange", wait=False)
        for future in futures:
            future.result()
    records = log(platform)
    kept = [record for record in records if record["id"] in ids and "answered" in record["outcome"]]
    assert sorted(record["id"] for record in kept) == sorted(ids)
    for id_, answer in answers.items():
        receipt = answer["receipt"]
        record = records[receipt["index"]]
        assert (record["id"], record["attempt"]) == (id_, receipt["attempt"])
        assert answer["data"]["name"] == f"张{IDENTITIES.index(ids[id_])}"
    repeats = sum(record["attempt"] > 1 for record in kept)
    tell("exchange killed", seconds=time.monotonic() - began, records=len(kept), repeats=repeats)


def test_provider_killed(platform: Platform) -> None:
    """A provider killed in the middle of a batch: the batch ends there and says so; taken up again
    it gives the rest, with neither gap nor repeat, and each key has one leaf in the end."""
    body = {"id": str(uuid.uuid4()), "identities": IDENTITIES}
    before = len(log(platform))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, platform, "batches", body)
        wait(lambda: len(sharing.records(platform)) > before, PATIENCE)
        platform.kill("register")
        told = first.result().json()
    platform.start_part("register")
    names, receipts = told["names"], told["receipts"]
    while told["ended"] is not None:
        assert told["ended"] == "provider-unavailable"
        told = post(platform, "batches", {**body, "first": len(names)}).json()
        names, receipts = names + told["names"], receipts + told["receipts"]
    assert names == [f"张{n}" for n in range(RESIDENTS)]
    records = log(platform)[before:]
    kept = [record for record in records if record["outcome"] == "answered"]
    assert sorted(record["count"] for record in kept) == [300, 500, 500, 500]
    assert {receipt["request"] for receipt in receipts} == {record["id"] for record in kept}
    for record in kept:
        leaves = list(sharing.leaves(platform, record))
        assert batch.root_of(leaves) == record["keys_root"]  # type: ignore[arg-type]


def move(platform: Platform, identity: str) -> None:
    """Somebody moves, as the register enters it."""
    url = f"{platform.service_url('register')}/register/moves"
    body = {"identity": identity, "address": f"劳动西路 {uuid.uuid4()}"}
    requests.post(url, json=body, timeout=ANSWER_TIMEOUT).raise_for_status()


def test_followed(platform: Platform) -> None:
    """An exchange killed twice while followed records change: each change is told once and in one
    order, and each telling has one record."""
    body = {"id": str(uuid.uuid4()), "identities": IDENTITIES[:20]}
    id_ = post(platform, "subscriptions", body).json()["id"]
    before = len(log(platform))

    def seen() -> Any:
        url = f"{platform.service_url('reader')}/reader/seen/{id_}"
        return requests.get(url, timeout=ANSWER_TIMEOUT).json()

    began = time.monotonic()
    for number in range(MOVES):
        move(platform, IDENTITIES[number % 25])
        if number in (10, 25):
            platform.kill("exchange")
            platform.start_part("exchange", wait=False)
    due = Counter(IDENTITIES[n % 25] for n in range(MOVES) if n % 25 < 20)
    wait(lambda: len(seen()["numbers"]) >= due.total(), PATIENCE)
    told = seen()
    assert told["numbers"] == list(range(1, due.total() + 1))
    assert Counter(told["identities"]) == due
    noticed = [record for record in log(platform)[before:] if record["kind"] == "notice"]
    assert Counter(record["outcome"] for record in noticed) == {"noticed": due.total()}
    tell("records followed", seconds=time.monotonic() - began, changes=due.total())


def test_provider_away(platform: Platform) -> None:
    """Without its provider a question is answered at once, that it must wait; later it is."""
    id_ = str(uuid.uuid4())
    platform.terminate("register")
    reply = ask(platform, id_, IDENTITIES[0])
    assert reply.status_code == requests.codes.unavailable
    assert reply.json()["type"] == "/problems/provider-unavailable"
    platform.start_part("register")
    assert insist(platform, id_, IDENTITIES[0])["data"]["name"] == "张0"
    assert of(log(platform), id_)[0] == "failed:provider-unavailable"


def test_broker_away(platform: Platform) -> None:
    """Without a broker a question waits, and says so; with it again, it is answered."""
    id_ = str(uuid.uuid4())
    platform.kill("broker")
    reply = ask(platform, id_, IDENTITIES[1])
    assert reply.status_code == requests.codes.unavailable, reply.text
    platform.start_part("broker")
    assert insist(platform, id_, IDENTITIES[1])["data"]["name"] == "张1"


@pytest.mark.parametrize(
    ("whose", "status", "outcome"),
    [
        ("reader", requests.codes.forbidden, "refused:clock-skew"),
        ("register", requests.codes.server_error, "failed:provider-invalid"),
    ],
)
def test_clock(
    platform: Platform, clocks: Mapping[str, Path], whose: str, status: int, outcome: str
) -> None:
    """Whose clock is wrong by minutes is refused, or not believed; right again, all is well."""
    id_ = str(uuid.uuid4())
    timekeeping.shift(clocks[whose], 180)
    assert ask(platform, id_, IDENTITIES[0]).status_code == status
    assert of(log(platform), id_) == [outcome]
    timekeeping.shift(clocks[whose], 0)
    assert insist(platform, id_, IDENTITIES[0])["data"]["name"] == "张0"


def request(**given: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "attempt": 1,
        "at": instant(datetime.now(UTC)),
        "kind": "query",
        "consumer": "GOV/education/reader",
        "grant": sharing.GRANT,
        "purpose": PURPOSE,
        "case": "reader/1",
        "item": ITEM,
        "resource": "residents",
        "fields": ["name"],
        "key": {"identity": IDENTITIES[0]},
        "keys": None,
        "claims": None,
        "salt": "5a" * 16,
        **given,
    }


def test_attacks(platform: Platform) -> None:
    """Whatever somebody sends who has no right to, over the real wire: a typed error each, an entry
    each, and nothing read."""
    reader = sharing.signer_of(platform, "reader")
    register = sharing.signer_of(platform, "register")
    good = request()
    signed = reader.sign(REQUEST, signable_request(good))

    def sent(asked: Mapping[str, Any], signature: str) -> str:
        reply = post(platform, "messages", {"request": asked, "signature": signature})
        return str(reply.json().get("type", reply.status_code)).removeprefix("/problems/")

    before = len(log(platform))
    assert sent(good, signed) == "200"
    attempts: list[tuple[Mapping[str, Any], Signer, str]] = [
        (request(purpose="statistics"), reader, "purpose-not-granted"),
        (request(fields=["name", "remarks"]), reader, "fields-not-granted"),
        (request(grant="grant-2"), reader, "grant-unknown"),
        (request(at="2026-01-01T00:00:00.000Z"), reader, "clock-skew"),
        (request(), register, "signature-invalid"),
        (request(consumer="GOV/health/reader"), reader, "node-not-connected"),
        (request(consumer="GOV/public-security/register"), reader, "signature-invalid"),
        ({**good, "attempt": 2, "fields": ["address"]}, reader, "idempotency-key-reused"),
        (request(kind="erase"), reader, "invalid"),
    ]
    assert sent(good, signed) == "replayed"
    assert sent({**good, "purpose": "statistics"}, signed) == "signature-invalid"
    for asked, signer, type_ in attempts:
        assert sent(asked, signer.sign(REQUEST, signable_request(asked))) == type_
    outcomes = [record["outcome"] for record in log(platform)[before:]]
    refusals = ["replayed", "signature-invalid", *[type_ for _, _, type_ in attempts]]
    assert outcomes == ["answered", *[f"refused:{type_}" for type_ in refusals]]


def test_revoked(platform: Platform) -> None:
    """From the moment a grant is revoked, has ended or is used up, nothing more is answered."""
    try:
        for change, type_ in (
            ({"state": "revoked"}, "grant-revoked"),
            ({"until_day": "2026-01-02"}, "grant-expired"),
            ({"quota": {"amount": 1, "period": "day"}}, "quota-exhausted"),
        ):
            changed = {**sharing.grant(), **change}
            sharing.database(platform, "exchange")["grants"].put_many([changed])
            id_ = str(uuid.uuid4())
            reply = ask(platform, id_, IDENTITIES[0])
            assert reply.json()["type"] == f"/problems/{type_}"
            assert of(log(platform), id_) == [f"refused:{type_}"]
    finally:
        sharing.issue(platform)
