"""Random inspection: registers kept, plans announced and drawn, findings signed and published."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson

from services.supervision import events as told
from services.supervision.domain import draw, inspection, oversight
from shared.clock import local_day
from shared.documents import Change, Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, Duplicate, FieldError, Invalid, NotFound, Stale, TooLarge
from shared.events import Event, derived_id
from shared.store import once
from shared.text import Text

ENTERPRISES = 500_000
INSPECTORS = 20_000
"""The most that a register of one division may hold for one draw."""
BATCH = 500
JSON = "application/json"


def hear_company(store: Storage, event: Event) -> None:
    """The register of enterprises has changed; what comes late changes nothing."""
    before = store["enterprises"].get(event.subject)
    if before is None:
        after = inspection.registered(None, event.data, event.sequence)
        if store["enterprises"].ensure(after)["sequence"] < event.sequence:
            raise Stale()
    elif before["sequence"] < event.sequence:
        after = inspection.registered(before, event.data, event.sequence)
        store["enterprises"].save(before, after)


def hear_published(store: Storage, event: Event) -> None:
    """The result of an inspection goes into the history of the enterprise."""
    task = store["tasks"].require(event.subject)
    enterprise = store["enterprises"].get(task["code"])
    if enterprise is not None:
        store["enterprises"].save(enterprise, inspection.inspected(enterprise, task))


def register_inspector(store: Storage, call: Call) -> Document:
    """Put an official on the register of inspectors, or change the entry."""
    caller, body = call.signed_in, call.body
    if not oversight.oversees(caller, body["department"], body["division"]):
        raise NotFound()
    entry = {
        **body,
        "_id": body["number"],
        "register": register_of(body["department"], body["division"]),
    }
    _check_account(store, entry)
    before = store["inspectors"].get(entry["_id"])
    if before is None:
        return store["inspectors"].add(entry)
    if before["register"] != entry["register"]:
        raise Duplicate(Text("编号已被使用", "The number is taken"))
    return store["inspectors"].save(before, entry)


def _check_account(store: Storage, entry: dict[str, Any]) -> None:
    """One person is one inspector, else one could be drawn to sign what they found themselves."""
    others = store["inspectors"].find({"account": entry["account"]})
    if any(one["active"] and one["_id"] != entry["_id"] for one in others):
        detail = Text("该账户已登记为检查人员", "This account is an inspector already")
        raise Duplicate(detail, type="inspector-registered")


def register_of(department: str, division: str) -> str:
    """What the inspectors of a department in a division are found by."""
    return f"{department}:{division}"


def inspectors(store: Storage, call: Call) -> Page:
    """The inspectors of the caller's department and division, or of those asked for."""
    department, division = _asked(call)
    key = register_of(department, division)
    query = call.query
    return store["inspectors"].page(
        {"register": key}, limit=query["limit"], cursor=query.get("cursor")
    )


def _asked(call: Call) -> tuple[str, str]:
    caller = call.signed_in
    department = str(call.query.get("department") or caller.department)
    division = str(call.query.get("division") or caller.division)
    if not oversight.oversees(caller, department, division):
        raise NotFound()
    return department, division


def announce(store: Storage, call: Call) -> Document:
    """Publish a plan with its rules, before anybody can know what it will draw."""
    caller, body = call.signed_in, call.body
    if not oversight.oversees(caller, body["department"], body["division"]):
        raise NotFound()
    today = local_day(call.now).isoformat()
    if body["draw_on"] <= today:
        detail = Text("抽取日应在公布日之后", "Must come after the day of announcement")
        raise Invalid(errors=[FieldError("/draw_on", detail, "too-early")])
    plan = {
        "_id": call.id,
        "kind": "plan",
        **body,
        "year": int(body["draw_on"][:4]),
        "announced_at": call.now,
        "state": "announced",
    }
    return once(
        store["plans"],
        plan,
        call.digest,
        [told.plan_changed(told.PLAN_ANNOUNCED, plan, 0, call.now)],
    )


def reveal(store: Any, call: Call, plan_id: str) -> Document:
    """Draw: the seed is revealed, the registers are frozen, the tasks follow.

    A repeat after a crash goes by the registers as they were frozen, so it draws the same.
    """
    plan = store["plans"].require(plan_id)
    if not oversight.oversees(call.signed_in, plan["department"], plan["division"]):
        raise NotFound()
    if plan["version"] != call.if_match:
        raise Stale()
    inspection.check_reveal(plan, call.body["seed"], local_day(call.now).isoformat())
    frozen = _frozen(store, plan, call.body["seed"], call.body["beacon"])
    if frozen["beacon"] != call.body["beacon"]:
        raise Conflict(
            Text("抽取已以另一随机信标开始", "The draw has begun with another beacon"),
            type="beacon-taken",
        )
    drawn = draw.drawn(frozen)
    _assign(store, plan, drawn)
    file = orjson.dumps({"pool": draw.shown(frozen, drawn), "tasks": drawn})
    _keep(store, file_id(plan_id), file)
    after = {
        **plan,
        "state": "drawn",
        **{name: frozen[name] for name in ("seed", "beacon")},
        "tasks": len(drawn),
        "unassigned": sum(not task["inspectors"] for task in drawn),
        "digest": sha256(file).hexdigest(),
        "drawn_at": call.now,
    }
    event = told.plan_changed(told.PLAN_DRAWN, after, len(drawn), call.now)
    saved: Document = store["plans"].save(plan, after, [event])
    return saved


def file_id(plan_id: str) -> str:
    """The id of the public file of a draw."""
    return derived_id("supervision", "draw", plan_id)


def _frozen(store: Any, plan: Document, seed: str, beacon: str) -> dict[str, Any]:
    """The registers as they were when the draw was first asked for."""
    frozen_id = derived_id("supervision", "pool", plan["_id"])
    found = store["enterprises"].find({"places": plan["division"]}, limit=ENTERPRISES)
    key = register_of(plan["department"], plan["division"])
    able = store["inspectors"].find({"register": key}, limit=INSPECTORS)
    if len(found) == ENTERPRISES or len(able) == INSPECTORS:
        raise TooLarge(Text("名录过大，请按下级区划抽取", "Draw by smaller divisions"))
    content = orjson.dumps(inspection.pool(plan, found, able, seed, beacon))
    pool: dict[str, Any] = orjson.loads(_keep(store, frozen_id, content))
    return pool


def _keep(store: Any, id_: str, content: bytes) -> bytes:
    """Keep `content`, or give what was kept before."""
    try:
        store.files.put(id_, content, filename=f"{id_}.json", media_type=JSON, owner="supervision")
    except Duplicate:
        kept: bytes = store.files.get(id_)[0]
        return kept
    return content


def _assign(store: Storage, plan: Document, drawn: list[dict[str, Any]]) -> None:
    names = store["enterprises"].get_many([task["code"] for task in drawn])
    tasks = [inspection.task(plan, one, names[one["code"]]["name"]) for one in drawn]
    for first in range(0, len(tasks), BATCH):
        some = tasks[first : first + BATCH]
        kept = store["tasks"].get_many([task["_id"] for task in some])
        store["tasks"].save_many([Change(None, task) for task in some if task["_id"] not in kept])


def tasks_of(store: Storage, call: Call) -> Page:
    """The tasks that are left to the inspector who calls."""
    numbers = _numbers(store, call)
    if not numbers:
        return Page([], None)
    query = call.query
    return store["tasks"].page(
        {"todo": {"$in": numbers}}, limit=query["limit"], cursor=query.get("cursor")
    )


def _numbers(store: Storage, call: Call) -> list[str]:
    entries = store["inspectors"].find({"account": call.signed_in.subject})
    return [entry["_id"] for entry in entries if entry["active"]]


def own(store: Storage, call: Call, task_id: str) -> tuple[Document, str]:
    """A task of the caller's, and the number under which it is; else `NotFound`."""
    task = store["tasks"].require(task_id)
    number = next((n for n in _numbers(store, call) if n in task["inspectors"]), None)
    if number is None:
        raise NotFound()
    return task, number


def _to_move(store: Storage, call: Call, task_id: str) -> tuple[Document, str]:
    task, number = own(store, call, task_id)
    if task["version"] != call.if_match:
        raise Stale()
    return task, number


def report(store: Storage, call: Call, task_id: str) -> Document:
    """One of the two inspectors tells what they found."""
    task, number = _to_move(store, call, task_id)
    return store["tasks"].save(task, inspection.reported(task, call.body, number, call.now))


def confirm(store: Storage, call: Call, task_id: str) -> Document:
    """The other one signs it, and it is public."""
    task, number = _to_move(store, call, task_id)
    after = inspection.confirmed(task, number, call.now)
    return store["tasks"].save(task, after, [told.inspected(after, call.now)])


def drawn_file(store: Any, plan_id: str) -> dict[str, Any]:
    """The public file of a draw; `NotFound` until it is drawn."""
    plan = store["plans"].require(plan_id)
    if plan["state"] != "drawn":
        raise NotFound(Text("尚未抽取", "Not drawn yet"))
    found: dict[str, Any] = orjson.loads(store.files.get(file_id(plan_id))[0])
    return found
