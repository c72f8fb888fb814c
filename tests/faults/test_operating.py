"""What an operator does to a running platform, and to one that is lost: nothing is lost with it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.local import Platform
from shared.local.alone import database_alone
from shared.local.secrets import key
from shared.ops.setting import SECRETS
from shared.pausing import COLLECTION, Hold, holds
from shared.store import Database, open_database
from tests.faults.clients import ANSWER_TIMEOUT, COMMITTED, Clients, Outcome, sign_in
from tests.faults.drills import publish, told
from tests.faults.fixtures import ENV, SERVICES, dropped
from tests.faults.observing import Watch, life, wait
from tests.faults.reporting import tell
from tests.faults.test_handlers import FAILED
from tests.operating import Operate, operate

__all__ = ["operate"]

CASES = 16
EVERYTHING, FAILING = "witness.everything", "witness.failing"
OURS = {"services": SERVICES}


@pytest.fixture
def resumed(platform: Platform, operate: Operate) -> Iterator[None]:
    """Whatever the test pauses goes on after it."""
    yield
    operate(platform, "resume", EVERYTHING, **OURS)


def queue(operate: Operate, platform: Platform, name: str) -> dict[str, Any]:
    """The line of the queue."""
    told = operate(platform, "queues", "--all", **OURS)
    assert told.exit_code == 0, told
    (found,) = [row for row in told.rows if row["queue"] == name]
    return found


def paused(platform: Platform) -> list[str]:
    """What the witness says is paused."""
    told = requests.get(f"{platform.service_url('witness')}/readyz", timeout=ANSWER_TIMEOUT)
    assert told.status_code == requests.codes.ok
    found: list[str] = told.json().get("paused", [])
    return found


def lives(outcomes: list[Outcome]) -> dict[str, list[list[Any]]]:
    """What must have had an effect, by case."""
    return {one.id: life(one.item) for one in outcomes if one.id}


@pytest.fixture
def second(platform: Platform, tmp_path: Path) -> Iterator[Platform]:
    """Another instance of the witness, on the same broker and database."""
    uris = {"amqp_uri": platform.amqp_uri, "mongo_uri": platform.mongo_uri}
    witness = {"witness": SERVICES["witness"]}
    with dropped(Platform(tmp_path / "second", services=witness, env=ENV, **uris)) as running:
        yield running


@pytest.mark.usefixtures("resumed")
def test_pause(
    platform: Platform, second: Platform, operate: Operate, clients: Clients, watch: Watch
):
    """A paused consumer takes nothing in any instance, after a restart neither, says so, and loses
    nothing; others go on, and afterwards all do. What every service publishes is kept meanwhile."""
    wait(lambda: queue(operate, platform, EVERYTHING)["consumers"] == 2)
    reason = ("--reason", "the register moves")
    assert operate(platform, "pause", EVERYTHING, *reason, **OURS).exit_code == 0
    took = wait(lambda: queue(operate, platform, EVERYTHING)["consumers"] == 0)
    wait(lambda: paused(platform) == paused(second) == [EVERYTHING])
    outcomes = clients.submit(CASES)
    second.terminate("witness")
    second.start_part("witness")
    wait(lambda: queue(operate, platform, EVERYTHING)["ready"] >= CASES)
    found = queue(operate, platform, EVERYTHING)
    assert found["consumers"] == 0 and "the register moves" in found["state"]
    assert queue(operate, platform, FAILING)["consumers"] == 2
    assert paused(second) == [EVERYTHING]
    assert [one.until for one in held(platform)] == [None] * len(SERVICES)
    assert watch.effects(lives(outcomes)) == {}
    operate(platform, "resume", EVERYTHING, **OURS)
    back = watch.wait_effects(lives(outcomes))
    assert watch.effects(lives(outcomes)) == lives(outcomes)
    wait(lambda: queue(operate, platform, EVERYTHING)["consumers"] == 2)
    assert paused(platform) == paused(second) == []
    assert None not in [one.until for one in held(platform)]
    tell("pause", effective_within=took, back_within=back)


def held(platform: Platform) -> list[Hold]:
    """For how long each service keeps what it publishes, for the paused queue."""
    databases = [open_database(platform.mongo_uri, name) for name in SERVICES]
    stores = [Database(one, {COLLECTION: ()}, lambda outgoing: None) for one in databases]
    return [holds(store)[EVERYTHING] for store in stores]


def test_drop(platform: Platform, operate: Operate):
    """A dead letter is dropped only with a reason, which stays with it; the rights of the service
    itself are enough."""
    own = ("--amqp-uri", platform.environment("witness")["AMQP_URI"])
    operate = partial(operate, services={"witness": SERVICES["witness"]})
    (event,) = told(FAILED, 1)
    publish(platform.amqp_uri, [event])
    wait(lambda: len(operate(platform, *own, "dead-letters", event["id"]).rows) == 1)
    (row,) = operate(platform, *own, "dead-letters", event["id"]).rows
    assert (row["queue"], row["attempts"]) == (FAILING, 4)
    with pytest.raises(SystemExit):
        operate(platform, *own, "drop", event["id"])
    assert operate(platform, *own, "drop", event["id"], "--reason", "a drill").exit_code == 0
    assert operate(platform, *own, "dead-letters", event["id"]).rows == []
    dropped = operate(platform, *own, "dead-letters", "--dropped").rows
    (kept,) = (row for row in dropped if row["event"] == event["id"])
    assert kept["why"] == "a drill"
    assert operate(platform, *own, "drop", event["id"], "--reason", "again").exit_code == 1


def withdraw(platform: Platform, token: str, case: str) -> None:
    """A move of the applicant's."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{platform.url}/permits/cases/{case}"
    version = requests.get(url, headers=headers, timeout=ANSWER_TIMEOUT).headers["ETag"]
    moved = requests.post(
        f"{url}/withdraw",
        json={"reason": "no longer needed"},
        headers={**headers, "If-Match": version},
        timeout=ANSWER_TIMEOUT,
    )
    moved.raise_for_status()


@dataclass
class Case:
    """What is done to the platform that will be lost, and to the one that takes its place."""

    operate: Operate
    phone: str
    folder: Path
    heard: list[Outcome]
    unheard: list[Outcome]
    dead: str

    @property
    def outcomes(self) -> list[Outcome]:
        return [*self.heard, *self.unheard]


def half_way(
    platform: Platform, operate: Operate, clients: Clients, watch: Watch
) -> tuple[list[Outcome], list[Outcome], str]:
    """Cases that the witness has heard, cases that lie in the broker, and a dead letter."""
    (drill,) = told(FAILED, 1)
    publish(platform.amqp_uri, [drill])
    heard = clients.submit(CASES)
    watch.wait_effects(lives(heard))
    operate(platform, "pause", EVERYTHING, "--reason", "drill", **OURS)
    wait(lambda: queue(operate, platform, EVERYTHING)["consumers"] == 0)
    unheard = clients.submit(CASES)
    wait(lambda: operate(platform, "outbox", **OURS).lines == ["0 events wait to be published"])
    wait(lambda: len(operate(platform, "dead-letters", drill["id"], **OURS).rows) == 1)
    return heard, unheard, drill["id"]


def backed_up(platform: Platform, operate: Operate, folder: Path) -> None:
    """A backup that nobody else can read, and nobody at all where it is sealed."""
    assert operate(platform, "backup", str(folder), **OURS).exit_code == 0
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any(b"43010419900101" in path.read_bytes() for path in files)


def restored(platform: Platform, operate: Operate, backup: Path, folder: Path) -> Platform:
    """A new platform in `folder`, with the keys of the old one and one more; not started."""
    folder.mkdir()
    keys = (platform.folder / SECRETS).read_text()
    (folder / SECRETS).write_text(keys)
    with database_alone(folder) as uri:
        empty = partial(operate, folder, f"--mongo-uri={uri}", **OURS)
        assert empty("restore", str(backup)).exit_code == 0
        assert "not empty" in empty("restore", str(backup)).error
    (old,) = [line for line in keys.splitlines() if line.startswith("PERSONAL_DATA_KEYS=")]
    turned = f"PERSONAL_DATA_KEYS=k2:{key()},{old.partition('=')[2]}"
    (folder / SECRETS).write_text((folder / SECRETS).read_text().replace(old, turned))
    return Platform(folder, services=SERVICES, env=ENV)


def goes_on(again: Platform, case: Case) -> float:
    """Nothing is lost and nothing doubled, and cases go on; seconds until all was heard."""
    token = sign_in(again.url, case.phone)
    seen, clients = Watch(again, token), Clients(f"{again.url}/permits", token)
    assert paused(again) == [EVERYTHING]
    case.operate(again, "resume", EVERYTHING, **OURS)
    done = case.operate(again, "republish", "--from", str(case.folder), **OURS)
    assert done.exit_code == 0
    took = seen.wait_effects(lives(case.outcomes))
    assert seen.effects(lives(case.outcomes)) == lives(case.outcomes)
    assert {one["id"] for one in seen.cases()} == {one.id for one in case.outcomes}
    assert clients.again(case.unheard[0]).id == case.unheard[0].id
    waiting = next(one.id for one in case.unheard if one.item == COMMITTED)
    withdraw(again, token, str(waiting))
    moved = [[1, "permits.case.submitted.v1"], [2, "permits.case.withdrawn.v1"]]
    seen.wait_effects({str(waiting): moved})
    wait(lambda: len(case.operate(again, "dead-letters", case.dead, **OURS).rows) == 1)
    return took


def sealed_anew(again: Platform, case: Case) -> None:
    """Step by step while services run; then the old key may go, and forms still open."""
    keys = partial(case.operate, again, "keys", **OURS)
    assert keys().exit_code == 1
    assert {(row["key"], row["state"]) for row in keys().rows} == {
        ("k1", "old"),
        ("k1", "current"),
    }
    assert case.operate(again, "rotate", "personal-data", "--at-most", "9", **OURS).exit_code == 1
    assert case.operate(again, "rotate", "personal-data", **OURS).exit_code == 0
    assert keys().exit_code == 0
    newest = {row["values"]: row["key"] for row in keys().rows}
    assert newest["cases.form"] == newest["accounts.sealed.*"] == "k2"
    assert newest["keys.keys.*.sealed"] == "k1"
    seen = Watch(again, sign_in(again.url, case.phone))
    assert seen.case(str(case.heard[0].id))["form"]["site"]


@pytest.mark.usefixtures("resumed")
def test_restore(
    platform: Platform,
    operate: Operate,
    clients: Clients,
    watch: Watch,
    phone: str,
    tmp_path: Path,
):
    """A platform that is lost with broker and database goes on where its backup is: no case is
    lost, each event has its one effect, whether it had been heard, lay in the broker, or was dead;
    and everything personal can be sealed anew by another key."""
    heard, unheard, dead = half_way(platform, operate, clients, watch)
    case = Case(operate, phone, tmp_path / "backup", heard, unheard, dead)
    backed_up(platform, operate, case.folder)
    with dropped(restored(platform, operate, case.folder, tmp_path / "new")) as again:
        took = goes_on(again, case)
        sealed_anew(again, case)
    operate(platform, "drop", dead, "--reason", "drill", **OURS)
    tell("restore", cases=len(case.outcomes), settled=took)
