"""Figures of use agree with the log, and unusual use is raised once."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from services.exchange.domain import traffic
from services.exchange.domain.sequence import RUN, Sequences, ordinal
from services.exchange.events import AnomalyRaised
from services.exchange.tests.evidence import Failing, entry
from services.exchange.tests.province import CONSUMER, PROVIDER, Province, grant
from services.exchange.usecases import watching
from services.exchange.watching import Watching
from shared.errors import ServiceError, Unavailable
from shared.exchange.messages import instant
from shared.testing import a_call, an_official
from shared.tests.exchanging import HOUSEHOLDS, LI, ZHANG

OVERSEER = an_official("o", "430000", "data", "supervise")


def use(province: Province, **given: Any) -> Any:
    return province.use(id=str(uuid4()), **given)


def figures(province: Province) -> dict[str, Any]:
    return {f["_id"]: f["counts"] for f in province.store["traffic"].each({})}


def today(province: Province) -> str:
    return str(watching.local_day(province.clock()).isoformat())


def test_figures() -> None:
    """Every use is counted for its provider, consumer, resource and pair, refusals by type."""
    province = Province()
    for _ in range(3):
        use(province)
    with pytest.raises(ServiceError):
        use(province, purpose="curiosity")
    assert watching.take_in(province.store, province.clock()) > 0
    kept = figures(province)
    day = today(province)
    resource = kept[f"{day}/resource/{HOUSEHOLDS.code}"]
    assert (resource["uses"], resource["answered"], resource["refused"]) == (4, 3, 1)
    assert resource["refused:purpose-not-granted"] == 1
    assert kept[f"{day}/pair/{CONSUMER}|{HOUSEHOLDS.code}"]["keys"] == 4
    assert kept[f"{day}/provider/{PROVIDER}"]["answered"] == 3
    assert watching.recounted(province.store, [day]) == []
    assert watching.take_in(province.store, province.clock()) == 0


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("done", [True, False])
def test_killed(at: int, done: bool) -> None:
    """Killed at any write, before or after it, the figures come out exact."""
    province = Province()
    for _ in range(3):
        use(province)
        use(province, key={"identity": LI})
    dying = Failing(province.store, at, done=done, error=Unavailable(), dies=True)
    with suppress(Unavailable):
        watching.take_in(dying, province.clock())
    use(province)
    watching.take_in(province.store, province.clock())
    assert watching.recounted(province.store, [today(province)]) == []


def test_volume() -> None:
    """A consumer that reads far more than it ever did is told of, once a day; one without a past is
    not judged."""
    province = Province()
    log = province.office.log

    def read(n: int) -> None:
        asked = {"at": instant(province.clock()), "resource": HOUSEHOLDS.code}
        log.append(entry(count=n, **asked))
        watching.take_in(province.store, province.clock())

    read(5000)
    assert list(province.store["anomalies"].each({})) == []
    for _ in range(traffic.LOOK_BACK + 1):
        province.later(86_400)
        read(50)
    read(1000)
    read(1000)
    [raised] = province.store["anomalies"].each({})
    assert (raised["kind"], raised["seen"], raised["department"]) == ("volume", 1050, "education")
    told = [e for e in province.store.sent if e["type"] == "exchange.anomaly.raised.v1"]
    assert [AnomalyRaised().validate(e["data"]) for e in told] == [{}]
    day = today(province)
    top = watching.top_consumers(province.store, day, HOUSEHOLDS.code, 5)
    assert [one["consumer"] for one in top] == [CONSUMER]


def test_sequence() -> None:
    """Who goes through a register key by key is noticed; who jumps about is not."""
    sequences = Sequences()
    keys = [{"identity": f"{43010419900101000 + n}0"} for n in range(RUN)]
    noticed = [sequences.note("c", "r", [key]) for key in keys]
    assert noticed == [False] * (RUN - 1) + [True]
    assert not any(Sequences().note("c", "r", [key]) for key in keys)
    assert Sequences().note("c", "r", keys)
    assert ordinal({"a": "x", "b": "y"}) is None and ordinal({"a": "HN-0012"}) == 12


@given(st.lists(st.integers(0, 10**17), max_size=60))
def test_no_false_alarm(numbers: list[int]) -> None:
    """Keys are never noticed unless a run of small steps upwards is as long as it must be."""
    longest = run = 1
    for a, b in pairwise(numbers):
        run = run + 1 if 0 < b - a <= 10 else 1
        longest = max(longest, run)
    keys = [{"n": str(n)} for n in numbers]
    if longest < RUN - 1:
        assert not Sequences().note("c", "r", keys)


def test_enumeration_is_raised() -> None:
    """A use that goes through keys in order raises an anomaly in the exchange."""
    province = Province()
    province.put("grants", grant(kinds=["batch"]))
    stem = int(ZHANG[:17])
    numbers = [str(stem + n) for n in range(RUN + 1)]
    keys = [{"identity": n + ric.calc_check_digit(n + "0")} for n in numbers]
    use(province, kind="batch", key=None, keys=keys)
    [raised] = province.store["anomalies"].each({})
    assert raised["kind"] == "sequence"


def test_who_sees() -> None:
    """Officials of a department see its own use; those of the data department see all."""
    province = Province()
    use(province)
    watching.take_in(province.store, province.clock())
    desk = Watching()
    desk.store, desk.clock = province.store, province.clock

    def seen(caller: Any) -> list[str]:
        query = {"kind": "consumer", "limit": 10, "day": today(province)}
        reply = desk.traffic(a_call(caller, query=query))
        return [one["name"] for one in reply.body["items"]]

    assert seen(OVERSEER) == [CONSUMER]
    assert seen(an_official("e", "430000", "education", "supervise")) == [CONSUMER]
    assert seen(an_official("h", "430000", "health", "supervise")) == []
