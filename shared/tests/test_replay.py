"""Cases told again."""

import time
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from shared.amqp import Message
from shared.department import replay
from shared.department.usecases import save_draft
from shared.tests.desk import ZHANG, a_desk, application, applied, processing, request, store


def test_told_again() -> None:
    """What is told again is what was told, each case whole and in order; drafts are not told."""
    desk = a_desk()
    processing(desk)
    applied(desk, key="k2")
    save_draft(desk, request(ZHANG, application(), key="k3"))
    told = Counter(event["subject"] for event in store(desk).sent)
    again = list(replay.told_again(store(desk), "enterprise"))
    key = lambda e: (e["subject"], e["sequence"])  # noqa: E731
    assert sorted(again, key=key) == sorted(store(desk).sent, key=key)
    assert [event["subject"] for event in again] == [
        subject for subject, _ in groupby(e["subject"] for e in again) for _ in range(told[subject])
    ]


def test_room(monkeypatch: Any) -> None:
    """It waits until the queue has room, and tells everything once."""
    sent: list[Message] = []
    lengths = iter([replay.ROOM + 1, replay.ROOM + 1, 0, 0, 0])
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    def publish(messages: Iterable[Message]) -> None:
        sent.extend(messages)

    events = [{"n": n} for n in range(1200)]
    assert replay.replay(events, "supervision.cases", publish, lambda: next(lengths)) == 1200
    assert [m.body for m in sent] == events
    assert {(m.exchange, m.key) for m in sent} == {("", "supervision.cases")}
    assert len(pauses) == 2
