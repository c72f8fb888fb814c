"""The measures, each a function of the running `Bench` that gives rows of the table."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psutil
import requests

from services.enterprise.domain import similarity
from shared.store import Database, open_database
from tests.bench.measuring import Measured, measure, median, percentile, send
from tests.bench.platform import Bench
from tests.bench.workload import SUBMISSION

ROUNDS = 3
CONNECTIONS = 20
OFFICIAL = "13900000003"
DESK, DESK_SIZE = "430111", 200
"""A district whose officials have so many open cases, and no others."""
MOVES_A_SECOND = 50
SMALL = 10_000
BATCH = 1_000


class Row(NamedTuple):
    """One line of the table. `met`: None where there is no goal."""

    what: str
    result: str
    goal: str
    met: bool | None


def submissions(bench: Bench, count: int) -> list[Row]:
    """A submission with everything on, against the floor's; nobody else works meanwhile."""
    bench.platform.terminate("listener")
    body = json.dumps(SUBMISSION)
    plan = {"method": "POST", "paths": ["/cases"], "body": body, "port": bench.floor_port}
    ours = {**plan, "paths": ["/office/cases"], "port": bench.port("office")}
    floor, full = _alternately(bench, plan, ours, count)
    return [
        Row("floor: submission", _told(floor), "", None),
        Row("ours: submission", _told(full), "", None),
        _ratio("submission: CPU in the service, ours ÷ floor", full.cpu / floor.cpu, at_most=1.5),
        _ratio("submission: requests a second, ours ÷ floor", full.rate / floor.rate, at_least=0.5),
    ]


def reads(bench: Bench, count: int) -> list[Row]:
    """A case and a page of the work list, against bare reads of a document and of a page."""
    floor_ids, ids = _some_ids(bench)
    plan = {"method": "GET", "paths": [f"/cases/{i}" for i in floor_ids], "port": bench.floor_port}
    case = {**plan, "paths": [f"/office/cases/{i}" for i in ids], "port": bench.port("office")}
    floor, ours = _alternately(bench, plan, case, count)
    _bare_desk(bench)
    fill_desk(bench)
    bare_page = {**plan, "paths": ["/desk"]}
    page = {**case, "paths": [f"/office/worklist?division={DESK}&limit=50"], "phone": OFFICIAL}
    floor_page, ours_page = _alternately(bench, bare_page, page, count // 4)
    return [
        Row("floor: read", _told(floor), "", None),
        Row("ours: case with form, timeline, explained deadlines", _told(ours), "", None),
        _ratio("case read: CPU in the service, ours ÷ floor", ours.cpu / floor.cpu, at_most=1.5),
        Row("floor: page of 50 documents", _told(floor_page), "", None),
        Row("ours: page of 50 of the work list", _told(ours_page), "", None),
        _ratio(
            "work-list page: CPU in the service, ours ÷ floor's page",
            ours_page.cpu / floor_page.cpu,
            at_most=1.5,
        ),
    ]


def latency(bench: Bench, seconds: int) -> list[Row]:
    """From a move to its effect in another service, at a steady rate."""
    url = f"{bench.platform.service_url('listener')}/listener/delays"
    bench.platform.start_part("listener")
    time.sleep(2)
    _until_quiet(url)
    send(
        {
            "method": "POST",
            "paths": ["/office/cases"],
            "port": bench.port("office"),
            "body": json.dumps(SUBMISSION),
            "headers": bench.headers(),
            "count": MOVES_A_SECOND * seconds,
            "connections": CONNECTIONS,
            "rate": MOVES_A_SECOND,
        }
    )
    time.sleep(3)
    delays = sorted(requests.post(url, timeout=10).json()["seconds"])
    p50, p95 = percentile(delays, 50), percentile(delays, 95)
    text = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(delays)} moves)"
    return [Row("move to effect at 50 moves a second", text, "p95 < 100 ms", p95 < 100)]


def _until_quiet(url: str) -> None:
    """Until the listener has taken in what it missed while it was away."""
    while requests.post(url, timeout=10).json()["seconds"]:
        time.sleep(2)


def at_rest(bench: Bench) -> list[Row]:
    """Resident memory of the platform's own services."""
    rows = []
    for name in ("identity", "catalogue", "enterprise", "education", "health"):
        megabytes = psutil.Process(bench.pid(name)).memory_info().rss / 1e6
        rows.append(
            Row(f"{name}: memory at rest", f"{megabytes:.0f} MB", "< 90 MB", megabytes < 90)
        )
    return rows


def growing(bench: Bench, records: int) -> list[Row]:
    """The work list (200 open cases among them) and the name check, as the records grow."""
    office = _database(bench, "office")
    enterprise = _database(bench, "enterprise")
    rows = []
    for what, fill, plan, plan_of in (
        ("work list", lambda n, m: _fill_cases(office, n, m), _desk_plan(bench), office["cases"]),
        ("name check", lambda n, m: _fill_names(enterprise, n, m), _name_plan(bench), None),
    ):
        fill(0, SMALL)
        small = _timed(bench, plan)
        fill(SMALL, records)
        large = _timed(bench, plan)
        ratio = large / small
        text = f"{small:.2f} ms, {large:.2f} ms: {ratio:.2f}"
        rows.append(
            Row(f"{what}: database + service CPU at {SMALL:,} and {records:,} records", text,
                "≤ 1.3", ratio <= 1.3)
        )  # fmt: skip
        if plan_of is not None:
            found = plan_of.explain({"worklist": DESK})["winningPlan"]
            rows.append(
                Row(
                    "work list: plan",
                    json.dumps(_stages(found)),
                    "an index",
                    "IXSCAN" in str(found),
                )
            )
    keys = similarity.keys("430104", "湘岳红光", "酒业")
    found = enterprise["names"].explain({"keys": {"$in": keys}})["winningPlan"]
    rows.append(
        Row("name check: plan", json.dumps(_stages(found)), "an index", "IXSCAN" in str(found))
    )
    return rows


def _alternately(
    bench: Bench, floor: dict[str, Any], ours: dict[str, Any], count: int
) -> tuple[Measured, Measured]:
    """Floor and ours in turns, so that what else the machine does meets both; medians."""
    results: tuple[list[Measured], list[Measured]] = ([], [])
    database = bench.pid("database")
    for _ in range(ROUNDS):
        for plan, pid, kept in (
            (floor, bench.floor_pid, results[0]),
            (ours, bench.pid("office"), results[1]),
        ):
            full = {"count": count, "connections": CONNECTIONS, **plan}
            full["headers"] = bench.headers(full.pop("phone", "13800000001"))
            kept.append(measure(full, pid, database))
    return _median(results[0]), _median(results[1])


def _median(measured: Sequence[Measured]) -> Measured:
    names = ("rate", "p50", "p95", "cpu", "database_cpu")
    values = {name: median([getattr(m, name) for m in measured]) for name in names}
    return replace(measured[0], **values)


def _told(m: Measured) -> str:
    return (
        f"{m.rate:.0f}/s, p50 {m.p50:.0f} ms, p95 {m.p95:.0f} ms, "
        f"CPU {m.cpu:.2f} ms + database {m.database_cpu:.2f} ms"
    )


def _ratio(
    what: str, ratio: float, *, at_most: float | None = None, at_least: float | None = None
) -> Row:
    met = ratio <= at_most if at_most else ratio >= (at_least or 0)
    return Row(what, f"{ratio:.2f}", f"≤ {at_most}" if at_most else f"≥ {at_least}", met)


def _some_ids(bench: Bench) -> tuple[list[str], list[str]]:
    return tuple(  # type: ignore[return-value]
        [d["_id"] for d in open_database(bench.platform.mongo_uri, name)["cases"].find().limit(200)]
        for name in ("floor", "office")
    )


def _bare_desk(bench: Bench) -> None:
    cases = open_database(bench.platform.mongo_uri, "floor")["cases"]
    ids = [d["_id"] for d in cases.find().limit(DESK_SIZE)]
    cases.update_many({"_id": {"$in": ids}}, {"$set": {"desk": "here"}})


def _database(bench: Bench, service: str) -> Database:
    collections = {"cases": [], "names": []}
    return Database(open_database(bench.platform.mongo_uri, service), collections, lambda _: None)


def fill_desk(bench: Bench) -> None:
    """Two hundred real open cases in a district that has no others."""
    body = json.dumps({**SUBMISSION, "division": DESK})
    plan = {
        "method": "POST",
        "paths": ["/office/cases"],
        "port": bench.port("office"),
        "body": body,
    }
    send({**plan, "headers": bench.headers(), "count": DESK_SIZE, "connections": 4})
    time.sleep(3)


def _fill_cases(office: Database, start: int, end: int) -> None:
    for first in range(start, end, BATCH):
        office["cases"].add_many([_case(i) for i in range(first, first + BATCH)])


def _case(number: int) -> dict[str, Any]:
    """A closed case, which is what most cases are."""
    return {
        "_id": f"closed-{number}",
        "number": f"430104-{number}",
        "item": SUBMISSION["item"],
        "division": "430104",
        "state": "closed",
        "applicant": {"account": f"applicant-{number}", "name": "张伟"},
        "opened_at": datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=number),
        "received_on": "2026-01-05",
        "history": [],
    }


SYLLABLES = "云山江河湖海天地星辰日月金木水火土风雷电春夏秋冬东西南北高远宏达兴隆昌盛"


def _fill_names(enterprise: Database, start: int, end: int) -> None:
    for first in range(start, end, BATCH):
        enterprise["names"].add_many([_name(i) for i in range(first, first + BATCH)])


def _name(number: int) -> dict[str, Any]:
    base, rest = len(SYLLABLES), number
    characters = []
    for _ in range(5):
        rest, digit = divmod(rest, base)
        characters.append(SYLLABLES[digit])
    trade_name = "".join(characters)
    return {
        "_id": f"bench-{number}",
        "name": trade_name,
        "keys": similarity.keys("430104", trade_name, "酒业"),
        "state": "registered",
        "until": datetime(2100, 1, 1, tzinfo=UTC),
        "case": f"bench-{number}",
        "holder": f"bench-{number}",
    }


def _desk_plan(bench: Bench) -> dict[str, Any]:
    return {
        "method": "GET", "port": bench.port("office"), "service": "office",
        "paths": [f"/office/worklist?division={DESK}&limit=50"], "phone": OFFICIAL,
    }  # fmt: skip


def _name_plan(bench: Bench) -> dict[str, Any]:
    query = "division=430104&trade_name=湘岳红光&industry=酒业&form=有限公司"
    quoted = requests.utils.requote_uri(f"/enterprise/names/check?{query}")
    return {"method": "GET", "port": bench.port("enterprise"), "service": "enterprise",
            "paths": [quoted]}  # fmt: skip


def _timed(bench: Bench, plan: dict[str, Any]) -> float:
    """CPU per request, service and database together: what noise on the machine moves least."""
    plan = dict(plan)
    pid = bench.pid(plan.pop("service"))
    headers = bench.headers(plan.pop("phone", "13800000001"))
    full = {"count": 400, "connections": 4, "headers": headers, **plan}
    measure({**full, "count": 50}, pid, bench.pid("database"))
    measured = [measure(full, pid, bench.pid("database")) for _ in range(ROUNDS)]
    return median([m.cpu + m.database_cpu for m in measured])


def _stages(plan: Any) -> Any:
    if not isinstance(plan, dict):
        return plan
    kept = {k: plan[k] for k in ("stage", "indexName") if k in plan}
    return {**kept, "inputStage": _stages(plan["inputStage"])} if "inputStage" in plan else kept
