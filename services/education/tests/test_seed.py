"""The demo round, the declared items, and the command that proves a draw."""

from datetime import timedelta

import pytest

from services.education import events, items, recompute
from services.education.domain import rounds
from services.education.seed import seed
from services.education.tests.office import TOOLS
from shared.clock import local_day
from shared.personal import is_identity
from shared.testing import NOON, FakeStore


def test_open_today():
    """A round is open on the day of the run, the same one again, a new one once it is closed."""
    store = FakeStore()
    first = seed(store, TOOLS, NOON)
    assert seed(store, TOOLS, NOON) == first
    round_ = store["rounds"].require(first)
    assert rounds.is_open(round_, local_day(NOON)) and round_["rehearsal"]
    store["rounds"].save(round_, {**round_, "state": "published"})
    assert seed(store, TOOLS, NOON) != first
    later = NOON + timedelta(days=60)
    assert rounds.is_open(store["rounds"].require(seed(store, TOOLS, later)), local_day(later))


def test_demo_children():
    """The children of the examples have numbers that can be."""
    assert is_identity(items.ENROLMENT.example["child"]["identity"])
    assert is_identity(items.AID.example["student"]["identity"])


def test_told():
    """What is told of a round fits what is published."""
    store = FakeStore()
    seed(store, TOOLS, NOON)
    told = store.sent[-1]
    assert events.PUBLISHES[told["type"]].schema().validate(told["data"]) == {}
    assert told["data"]["seed"] is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"seed": 1}'])
def test_no_record(content, tmp_path, monkeypatch, capsys):
    """What is no record is said to be none."""
    file = tmp_path / "record.json"
    file.write_text(content, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["recompute", str(file)])
    assert recompute.main() == 2
    assert "not a record" in capsys.readouterr().out
