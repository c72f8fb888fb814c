"""The operator's command against the containers, with the operator's own users."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable

import pytest

from deploy.compose import OPERATOR
from shared.events import event
from shared.ops import archive
from shared.timekeeping import system_time
from tests.images.engine import Engine, Operated
from tests.images.test_compose import inside
from tests.journeys.enterprise import CASES, PHONE, application, closed, fresh_name
from tests.journeys.people import Person, ok

QUEUE, FAILED = "supervision.cases", "supervision.evaluations"
EVALUATION = "feedback.evaluation.given.v1"
PUBLISH = """
import os
from shared.amqp import Message, Publisher
Publisher(os.environ["AMQP_URI"]).publish([Message("events", {key!r}, {body!r})])
"""
FORBIDDEN = {
    "another database": """
import os, pymongo
pymongo.MongoClient(os.environ["MONGO_URI"])["other"]["things"].insert_one({})
""",
    "the database's users": """
import os, pymongo
pymongo.MongoClient(os.environ["MONGO_URI"]).admin["system.users"].find_one()
""",
    "messages of a service": """
import os, kombu
with kombu.Connection(os.environ["AMQP_URI"]) as connection:
    connection.channel().basic_get("supervision.cases")
""",
    "a queue of its own": """
import os, kombu
with kombu.Connection(os.environ["AMQP_URI"]) as connection:
    connection.channel().queue_declare("supervision.mine")
""",
}
LOOKS, PAUSE = 10, 1.0
REFUSED = ("not authorized", "access_refused", "accessrefused", "(403)")


def queue(platform: Engine, name: str) -> dict[str, object]:
    """The line of the queue."""
    (found,) = [
        row for row in done(platform.operate("queues", "--all")).rows if row["queue"] == name
    ]
    return found


def done(told: Operated) -> Operated:
    """What ended well."""
    assert told.exit_code == 0, told
    return told


def dies(platform: Engine, subject: str) -> str:
    """An event that nobody can handle; its id."""
    body = event(EVALUATION, subject, 1, {}, system_time())
    assert inside(platform, "feedback", PUBLISH.format(key=EVALUATION, body=body))[0] == 0
    assert looked(lambda: is_dead(platform, body["id"]))
    return str(body["id"])


def is_dead(platform: Engine, event_id: str) -> bool:
    """Whether it is listed, with where it failed."""
    rows = done(platform.operate("dead-letters", event_id)).rows
    return FAILED in {row["queue"] for row in rows}


def looked(look: Callable[[], bool]) -> bool:
    """Whether it comes about within some looks, each of which takes a while."""
    return any(look() or time.sleep(PAUSE) for _ in range(LOOKS))


def test_looking(platform):
    """All queues are there and taken from; nothing waits to be published."""
    rows = done(platform.operate("queues")).rows
    assert {row["consumers"] for row in rows if not row["queue"].endswith(".dead")} == {1}
    assert done(platform.operate("outbox")).lines == ["0 events wait to be published"]


def test_dead_letters(platform):
    """They are listed, sent back (and come again), and dropped by somebody for a reason."""
    first = dies(platform, "operated")
    (told,) = done(platform.operate("replay", first)).lines
    assert told.endswith(" replayed") and int(told.split()[0]) > 0
    assert looked(lambda: is_dead(platform, first))
    done(platform.operate("drop", first, "--reason", "a drill"))
    assert done(platform.operate("dead-letters", first)).rows == []
    kept = done(platform.operate("dead-letters", "--dropped")).rows
    assert ("li", "a drill") in {(one["by"], one["why"]) for one in kept if one["event"] == first}


def test_pause(platform):
    """A paused queue keeps its messages until it is resumed."""
    zhang = Person(platform.url, PHONE)
    done(platform.operate("pause", QUEUE, "--reason", "a drill"))
    try:
        assert looked(lambda: queue(platform, QUEUE)["consumers"] == 0)
        case = ok(zhang.create(CASES, application("name-reservation", fresh_name())), 201)
        closed(zhang, case["id"])
        found = queue(platform, QUEUE)
        assert found["ready"] and "paused by li" in str(found["state"])
    finally:
        done(platform.operate("resume", QUEUE))
    assert looked(lambda: queue(platform, QUEUE)["ready"] == 0)


def test_again(platform):
    """What was published is told again, and a projection is made again, equal to its source."""
    assert done(platform.operate("republish", "--since", "5 min")).rows
    done(platform.operate("rebuild", "supervision.figures"))


def test_backup(platform, tmp_path):
    """All databases at one moment, in files for their owner alone."""
    folder = tmp_path / "backup"
    told = done(platform.operate("backup", str(folder), folder=tmp_path))
    assert len({row["moment"] for row in told.rows}) == 1
    archive.verify(folder, archive.manifest_of(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert "not empty" in platform.operate("restore", str(folder), folder=tmp_path).error


@pytest.mark.parametrize("what", FORBIDDEN)
def test_confined(platform, what):
    """The operator's users may do what its command does, and nothing else."""
    run = ("run", "--rm", "-T", "--entrypoint", "python", OPERATOR, "-c", FORBIDDEN[what])
    with pytest.raises(AssertionError) as refused:
        platform.compose(*run)
    assert any(word in str(refused.value).lower() for word in REFUSED)
