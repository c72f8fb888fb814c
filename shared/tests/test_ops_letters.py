"""Dead letters as they are read, listed and chosen; replaying is tested in tests/faults."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from shared.events import event
from shared.ops.__main__ import main
from shared.ops.letters import COLUMNS, read
from shared.ops.telling import Told

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
EVENT = event("enterprise.case.closed.v1", "case-1", 5, {}, NOW)
BODY = orjson.dumps(EVENT)
HEADERS = {"x-queue": "feedback.evaluations", "x-attempt": 3, "x-reason": "KeyError: 'score'"}


def test_read() -> None:
    """A dead letter of `hears` tells its queue, its event, how often it was tried, and why."""
    assert read(BODY, HEADERS).row() == {
        "queue": "feedback.evaluations",
        "type": "enterprise.case.closed.v1",
        "subject": "case-1",
        "event": EVENT["id"],
        "time": "2026-11-23T04:00:00.000+00:00",
        "trace": None,
        "attempts": 4,
        "reason": "KeyError: 'score'",
    }


def test_given_up_by_the_broker() -> None:
    """A message the broker itself gave up tells the queue it came from."""
    death = {"queue": "feedback.evaluations", "reason": "delivery_limit", "count": 1}
    letter = read(BODY, {"x-death": [death]})
    assert letter.queue == "feedback.evaluations"
    assert "delivery_limit" in letter.reason


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1]", b"7", b""])
def test_not_an_event(body: bytes) -> None:
    """A body that is no event is listed all the same."""
    letter = read(body, HEADERS)
    assert [letter.row()[name] for name in ("type", "subject", "event", "time")] == [None] * 4
    assert letter.is_meant("feedback.evaluations")


@pytest.mark.parametrize(
    ("which", "meant"),
    [
        (None, True),
        ("feedback.evaluations", True),
        (EVENT["id"], True),
        ("feedback.complaints", False),
        ("case-1", False),
    ],
)
def test_chosen(which: str | None, meant: bool) -> None:
    """A queue, an event's id, or nothing chooses."""
    assert read(BODY, HEADERS).is_meant(which) is meant


def test_table() -> None:
    """A list has a line for each row under its columns, and what is said besides."""
    told = Told(COLUMNS, [read(BODY, HEADERS).row()], ["1 dead letters"])
    header, line, total = told.text().splitlines()
    assert header.split() == list(COLUMNS)
    assert line.index("KeyError") == header.index("reason")
    assert total == "1 dead letters"


def test_broker_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a broker the command says so and changes nothing; nor does it tell the password."""
    uri = "amqp://guest:s3cret@127.0.0.1:1//"
    assert main(["--amqp-uri", uri, "--service", "feedback", "dead-letters"]) == 2
    told = capsys.readouterr().err
    assert "The broker is away" in told and "s3cret" not in told
