"""Rounds: made, announced, closed, finished; and what anybody reads of them.

Guarantees: the seed lies sealed until the draw; its hash is public before the window opens. What is
announced does not change.
Does not: fix applications (`freezing`), draw (`drawing`), or move places (`moving`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.education.domain import priority, record, rounds
from services.education.domain.allocation import commitment
from services.education.events import round_event
from services.education.tools import Tools
from services.education.usecases.common import (
    by,
    looks_after,
    no_round,
    school_id,
    their_round,
)
from shared import division as divisions
from shared.clock import local_day
from shared.documents import Document, Page
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from shared.store import once
from shared.text import Text

MOST_SCHOOLS = 1_000
SYSTEM = {"name": "system", "division": ""}


def make(store: Any, call: Call) -> Document:
    """A round that is being prepared."""
    given = {**call.body, "classes": call.body.get("classes") or list(priority.ORDER)}
    if not looks_after(call.signed_in, given["division"]):
        raise Forbidden(Text("不属于您管理的区划", "Not a division you look after"))
    faults = list(rounds.term_faults(given, local_day(call.now)))
    if divisions.level(given["division"]) != "county" or not divisions.exists(given["division"]):
        text = Text("应为县级行政区划", "Must be a county or district")
        faults.append(FieldError("/division", text, "division"))
    if faults:
        raise Invalid(errors=faults)
    fresh = {"_id": call.id, **given, "state": "preparing", "schools": 0, "history": []}
    return once(store["rounds"], fresh, call.digest)


def put_schools(store: Any, call: Call, id_: str) -> Document:
    """Add or replace schools of a round that is being prepared."""
    before = their_round(store, call, id_)
    if before["state"] != "preparing":
        raise Conflict(Text("轮次已公布，不得更改", "It is announced, and fixed"), type="announced")
    faults = list(_school_faults(call.body["schools"], before["division"]))
    if faults:
        raise Invalid(errors=faults)
    store["schools"].put_many([new_school(id_, school) for school in call.body["schools"]])
    return Document(store["rounds"].save(before, {**before, "schools": len(schools(store, id_))}))


def new_school(round_: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A school of a round before the draw."""
    fresh = {"holders": {}, "waiting": [], "extra": [], "given": 0, "drawn": False}
    return {"_id": school_id(round_, given["code"]), "round": round_, **given, **fresh}


def _school_faults(given: Sequence[Mapping[str, Any]], division: str) -> Any:
    codes = [school["code"] for school in given]
    for place, school in enumerate(given):
        if codes.count(school["code"]) > 1:
            text = Text("学校代码重复", "The same code twice")
            yield FieldError(f"/schools/{place}/code", text, "unique")
        for number, area in enumerate(school["catchment"]):
            if not divisions.covers(division[:4] + "00", area["division"]):
                text = Text("不在本市范围内", "Not in this city")
                pointer = f"/schools/{place}/catchment/{number}/division"
                yield FieldError(pointer, text, "division")


def announce(store: Any, tools: Tools, call: Call, id_: str) -> Document:
    """Publish the terms and the hash of the seed; from now on neither changes."""
    before = their_round(store, call, id_)
    after = announced(store, tools, before, by(call.signed_in), call.now)
    if local_day(call.now).isoformat() > before["closes_on"]:
        raise Conflict(Text("报名截止日已过", "Its window has passed"), type="window-passed")
    return Document(store["rounds"].save(before, after, [round_event(after, call.now)]))


def announced(
    store: Any, tools: Tools, before: Document, by_: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """`before` with its commitment; the seed is sealed for this round."""
    listed = schools(store, before["_id"])
    if not listed:
        raise Conflict(Text("尚未录入学校", "It has no schools yet"), type="no-schools")
    seed = tools.new_seed()
    sealed = tools.vault.seal(seed.encode(), seed_context(before["_id"]))
    after = rounds.moved(before, "announce", by_, now)
    return {
        **after,
        "seed": {"hash": commitment(seed), "sealed": sealed},
        "terms_digest": record.digest(record.terms(before, listed)),
    }


def seed_context(round_: str) -> bytes:
    """Where a sealed seed belongs."""
    return f"round/{round_}/seed".encode()


def close(store: Any, call: Call, id_: str) -> Document:
    """Close the window of a rehearsal early, with reasons that stand in its public history."""
    before = their_round(store, call, id_)
    reasons = list(call.body["reasons"])
    after = rounds.closed_early(before, by(call.signed_in), reasons, call.now)
    return Document(store["rounds"].save(before, after))


def finish(store: Any, call: Call, id_: str) -> Document:
    """End a round in which nothing is open any more; whoever still waits gets a refusal."""
    before = their_round(store, call, id_)
    rounds.moved(before, "finish", by(call.signed_in), call.now)
    if open_ := store["enrolments"].count({"unsettled": id_}):
        raise Conflict(
            Text(f"尚有 {open_} 件未答复", f"{open_} offers or objections are open"),
            type="offers-open",
            open=open_,
        )
    return finished(store, before, by(call.signed_in), call.now)


def finished(store: Any, before: Document, by_: Mapping[str, str], now: datetime) -> Document:
    after = rounds.moved(before, "finish", by_, now)
    after.pop("ends", None)
    return Document(store["rounds"].save(before, after, [round_event(after, now)]))


def finish_due(store: Any, now: datetime) -> int:
    """End the rounds whose last day has passed; how many."""
    today = local_day(now).isoformat()
    done = 0
    for round_ in store["rounds"].find({"ends": {"$lt": today}}):
        try:
            finished(store, round_, SYSTEM, now)
            done += 1
        except Stale:
            continue
    return done


PUBLIC_SCHOOL = (
    "code", "name", "capacity", "catchment", "drawn", "figures", "extra", "taken", "queued",
)  # fmt: skip
"""What the public sees of a school: counts, and not its lists, which are long."""


def public_schools(store: Any, caller: Any, id_: str) -> tuple[Document, list[Document]]:
    """A round and its schools, as anybody sees them."""
    return read(store, caller, id_), schools(store, id_, PUBLIC_SCHOOL)


def read(store: Any, caller: Any, id_: str) -> Document:
    """A round; one that is being prepared is for its officials only."""
    found = store["rounds"].get(id_)
    if found is None or (
        found["state"] == "preparing" and not looks_after(caller, found["division"])
    ):
        raise no_round()
    return Document(found)


def listed(store: Any, query: Mapping[str, Any]) -> Page:
    """The rounds of a division that were announced, the newest first."""
    public = [state for state in rounds.STATES if state != "preparing"]
    wanted = {"division": query["division"], "state": {"$in": public}}
    page: Page = store["rounds"].page(
        wanted, order=("opens_on", -1), limit=query["limit"], cursor=query.get("cursor")
    )
    return page


def schools(store: Any, id_: str, fields: Sequence[str] = ()) -> list[Document]:
    """All schools of a round, by code; whole, or these fields of them."""
    found = store["schools"].find({"round": id_}, limit=MOST_SCHOOLS, fields=fields)
    return sorted(found, key=lambda school: str(school["code"]))


def public_record(store: Any, caller: Any, id_: str) -> bytes:
    """The record of the draw as canonical JSON, once it is drawn."""
    round_ = read(store, caller, id_)
    if not round_.get("revealed"):
        raise Conflict(Text("尚未抽签", "It is not drawn yet"), type="not-drawn")
    content: bytes = store.files.get(round_["record"])[0]
    return content
