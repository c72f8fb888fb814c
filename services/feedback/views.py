"""How feedback's records look to callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.feedback.domain import rectification, requests
from services.feedback.domain.evaluation import LEVELS
from services.feedback.domain.open311.services import SERVICES
from services.feedback.domain.screening import mask_address
from services.feedback.usecases.georeport import end_of
from shared.personal import mask_name, mask_phone
from shared.text import Text

CASE = ("number", "service", "department", "division", "item")


def waiting(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case that may be evaluated."""
    return {"case": case["_id"], **{name: case[name] for name in CASE}}


def evaluation(
    case: Mapping[str, Any], one: Mapping[str, Any] | None, today: date, *, own: bool
) -> dict[str, Any]:
    """An evaluated case with its rectification, for the applicant and for officials."""
    given = case["evaluation"]
    same = ("level", "scores", "text", "public", "bad", "on", "sequence", "earlier")
    may_again = given["sequence"] == 1 and (
        bool(given.get("rectified")) or case["moved"] > given["moved"]
    )
    return {
        **waiting(case),
        **{name: given[name] for name in same},
        "level_name": LEVELS[given["level"]].both(),
        "reply": reply(given["reply"]),
        "withheld": given["withheld"] and given["withheld"]["reason"],
        "may_evaluate_again": own and case["closed"] and may_again,
        "rectification": one and a_rectification(one, today),
    }


def reply(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The department's reply; who wrote it is not told."""
    return {"text": given["text"], "at": given["at"]} if given else None


def public_evaluation(case: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as anybody may read it: no case, no person."""
    given = case["evaluation"]
    hidden = given["withheld"]
    return {
        **{name: case[name] for name in ("department", "division", "item")},
        "level": given["level"],
        "level_name": LEVELS[given["level"]].both(),
        "scores": given["scores"],
        "text": None if hidden else given["text"],
        "withheld": hidden and hidden["reason"],
        "on": given["on"],
        "reply": reply(given["reply"]),
    }


def a_rectification(one: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A rectification with its lamps and history; of officials only the kind is told."""
    same = (
        "case", "number", "service", "department", "division", "item", "level", "state",
        "opened_on", "call_back_due", "rectify_due", "called_back_on", "replied_on", "closed_on",
        "late",
    )  # fmt: skip
    return {
        "id": one["_id"],
        **{name: one[name] for name in same},
        "state_name": rectification.STATES[one["state"]].both(),
        "lamps": rectification.lamps(one, today),
        "reply": reply(one["reply"]),
        "history": history(one["history"]),
        "version": one["version"],
    }


def history(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every step: when, by which kind of account, and what was said."""
    hidden = {"by"}
    return [
        {**{k: v for k, v in e.items() if k not in hidden}, "by": e["by"].get("kind", "system")}
        for e in entries
    ]


def notice_of(one: Mapping[str, Any]) -> Text:
    """What Open311 calls service_notice."""
    return Text(f"将于 {one['due']} 前答复", f"It will be answered by {one['due']}")


def receipt(one: Mapping[str, Any], account: str | None, language: str) -> dict[str, Any]:
    """The answer to a submission (GeoReport v2, POST Service Request)."""
    if "token" in one:
        return {"token": one["token"], "service_notice": notice_of(one).say(language)}
    return {
        "service_request_id": one["_id"],
        "service_notice": notice_of(one).say(language),
        "account_id": account,
    }


def open311(
    one: Mapping[str, Any], language: str, told: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A request as GET Service Requests shows it; told: the owner's own words, else the public."""
    shown = told or one["shown"] or {}
    answer = one["status_notes"] if told or one["agreed"] else None
    return {
        "service_request_id": one["_id"],
        "status": one["status"],
        "status_notes": answer,
        "service_name": SERVICES[one["service_code"]].name.say(language),
        "service_code": one["service_code"],
        "description": shown.get("description"),
        "agency_responsible": requests.agency(one, language),
        "service_notice": notice_of(one).say(language),
        "requested_datetime": one["requested_at"].isoformat(timespec="seconds"),
        "updated_datetime": one["updated_at"].isoformat(timespec="seconds"),
        "expected_datetime": end_of(one["due"]).isoformat(timespec="seconds"),
        "address": shown.get("address"),
        "address_id": shown.get("address_id"),
        "zipcode": None,
        "lat": shown.get("lat"),
        "long": shown.get("long"),
        "media_url": shown.get("media_url"),
    }


def request(one: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A request in a list of ours."""
    same = (
        "service_code", "kind", "department", "division", "status", "due", "late", "case", "agreed",
        "requested_at", "updated_at", "status_notes",
    )  # fmt: skip
    return {
        "id": one["_id"],
        **{name: one[name] for name in same},
        "outcome": one.get("outcome"),
        "lamp": requests.lamp_of(one, today),
        "legal_moves": requests.legal_moves(one),
        "version": one["version"],
    }


def whole_request(
    one: Mapping[str, Any], private: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """A request in full for its owner and its desk; contact data masked even there."""
    return {
        **request(one, today),
        "description": private["told"]["description"],
        "media_url": private["told"]["media_url"],
        "attachment": one["media"],
        "answers": private["answers"],
        "place": private["place"],
        "contact": contact(private["personal"]),
        "history": history(one["history"]),
    }


def contact(personal: Mapping[str, str]) -> dict[str, str]:
    """That there is a contact, without what it is."""
    masks = {"phone": mask_phone, "last_name": mask_name, "first_name": mask_name}
    known = {name: masks[name](text) for name, text in personal.items() if name in masks}
    if "email" in personal:
        known["email"] = mask_address(personal["email"])
    return known
