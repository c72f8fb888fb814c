"""The operator's command in its parts; on real platforms: tests/faults/test_operating.py."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any, ClassVar

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from shared.local.failure import Failure
from shared.ops import queues
from shared.ops.backing import Waiting
from shared.ops.pausing import unkept
from shared.ops.setting import Setting
from shared.ops.telling import age
from shared.pausing import Pause, hold, holds, kept_since, let_go, pause, paused, resume
from shared.personal import Vault, sealed_by
from shared.sealed import Sealed, by_id, declaration, is_stray, sealed_in
from shared.testing import NOON, FakeStore

OLD, NEW = (f"{kid}:{base64.b64encode(kid.encode() * 16).decode()}" for kid in ("k1", "k2"))
LOOKUP = base64.b64encode(b"l" * 32).decode()
DECLARED = (Sealed("cases", "form", by_id), Sealed("cases", "people.*.sealed", by_id))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3_600, "1 h 0 min"), (90_061, "1 d 1 h")],
)
def test_age(seconds: int, told: str) -> None:
    """An age is told in its two largest units."""
    assert age(timedelta(seconds=seconds)) == told


def test_pause() -> None:
    """A queue is paused once, with who and why, until it is resumed; others are left alone."""
    store = FakeStore()
    one, two = Pause("a.x", NOON, "wang", "moves"), Pause("a.y", NOON, "li", "breaks")
    assert pause(store, one) and pause(store, two)
    assert not pause(store, one._replace(reason="again"))
    assert paused(store) == {"a.x": one, "a.y": two}
    assert resume(store, "a.x") and not resume(store, "a.x")
    assert paused(store) == {"a.y": two}


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@given(
    paused_for=st.integers(1, 500).map(lambda hours: hours * HOUR),
    looked=st.integers(0, 600).map(lambda hours: hours * HOUR),
)
def test_kept(paused_for: timedelta, looked: timedelta) -> None:
    """What may have lain in a queue when it was paused, and all after that, is kept while it is
    paused and for a day after; then only that of the last day, whatever was paused once."""
    store, now, end = FakeStore(), NOON + looked, NOON + paused_for
    hold(store, "a.x", NOON, DAY)
    if looked >= paused_for:
        let_go(store, "a.x", end)
        let_go(store, "a.x", now)
    kept = kept_since(holds(store).values(), now, DAY)
    assert kept == (NOON if now < end + DAY else now) - DAY
    hold(store, "a.x", now, DAY)
    assert kept_since(holds(store).values(), now, DAY) == kept


class Fakes(Setting):
    """Services with a store in memory each, that keep events for a day."""

    stores: ClassVar[dict[str, FakeStore]] = {}

    def store(self, service: str, collections: Any = None) -> Any:
        return self.stores.setdefault(service, FakeStore())

    def config(self, service: str) -> dict[str, Any]:
        return {"PUBLISHED_KEPT_HOURS": 24}


def test_unkept() -> None:
    """A backup names the paused queues that a service does not know of and has forgotten for."""
    setting = Fakes({"a": "", "b": ""})
    setting.stores.clear()
    pause(setting.store("a"), Pause("a.x", NOON, "wang", "moves"))
    hold(setting.store("a"), "a.x", NOON, DAY)
    assert unkept(setting, NOON + DAY) == {}
    assert unkept(setting, NOON + DAY + HOUR) == {"a.x": ["b"]}
    hold(setting.store("b"), "a.x", NOON + DAY, DAY)
    assert unkept(setting, NOON + 9 * DAY) == {}
    let_go(setting.store("b"), "a.x", NOON + 9 * DAY)
    hold(setting.store("b"), "a.x", NOON + 20 * DAY, DAY)
    assert unkept(setting, NOON + 21 * DAY) == {"a.x": ["b"]}
    (told,) = Waiting({}, [], {"a.x": ["b"]}).lines()[1:]
    assert "NOT WHOLE" in told and "resume a.x" in told


def test_each_service() -> None:
    """An address may name the service that uses it; without one the command says what to do."""
    setting = Setting({"health": ""}, "amqp://{service}:x@broker//", None)
    assert setting.amqp_uri("health") == "amqp://health:x@broker//"
    with pytest.raises(Failure, match="MONGO_URI"):
        setting.mongo_uri("health")
    with pytest.raises(Failure, match="no queue of health"):
        setting.owner("supervision.cases")


def test_management(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in hand comes from the management API; where that is away, no password is told."""
    told = [{"name": "a.x", "messages_unacknowledged": 3}, {"name": "a.y"}]
    answer = requests.Response()
    answer.status_code = 200
    monkeypatch.setattr(answer, "json", lambda: told)
    monkeypatch.setattr(requests, "get", lambda url, timeout: answer)
    assert queues._unacked("http://u:p@h:1/") == {"a.x": 3, "a.y": 0}
    answer.status_code = 401
    with pytest.raises(Failure, match="management API") as failed:
        queues._unacked("http://u:s3cret@h:1/")
    assert "s3cret" not in str(failed.value)


def a_case(vault: Vault) -> dict[str, Any]:
    sealed = vault.seal_json({"identity": "x"}, b"1")
    people = [{"name": "张", "sealed": sealed}, {"name": "李", "sealed": sealed}]
    return {
        "_id": "1",
        "form": sealed,
        "people": people,
        "other": {"copy": sealed},
        "key": b"k" * 40,
    }


def test_found() -> None:
    """Sealed values are found wherever they lie; those declared nowhere as well."""
    old = Vault(OLD, LOOKUP)
    found = list(sealed_in(a_case(old)))
    assert [f.dotted for f in found] == [
        "form",
        "people.0.sealed",
        "people.1.sealed",
        "other.copy",
    ]
    declared = [declaration(DECLARED, "cases", one) for one in found]
    assert [one and one.path for one in declared] == ["form", *["people.*.sealed"] * 2, None]
    assert declaration(DECLARED, "others", found[0]) is None
    assert is_stray(found[-1], old.known) and not is_stray(found[-1], {"k9"})


def test_resealed() -> None:
    """What an old key sealed is sealed by the new one, and opens the same in its place."""
    old, both, new = Vault(OLD, LOOKUP), Vault(f"{NEW},{OLD}", LOOKUP), Vault(NEW, LOOKUP)
    (form, *_) = sealed_in(a_case(old))
    again = both.resealed(form.value, by_id(form))
    assert (sealed_by(form.value), sealed_by(again)) == ("k1", "k2")
    assert new.open_json(again, b"1") == {"identity": "x"}
    assert sealed_by(b"") is sealed_by(b"\2k") is sealed_by(b"\0" * 60) is None
