"""What comes of a founding: the licence, the whole timeline, the entry of the register."""

from __future__ import annotations

from typing import Any

from shared.local.demo.affair import Founding
from shared.local.demo.stage import ANYONE
from shared.local.demo.talk import insist


def verify(affair: Founding) -> None:
    talk, number = affair.talk, affair.result["licence"]
    talk.step("电子营业执照", "The licence: signed, on paper, and verified by anyone")
    signed = talk.ask(affair.applicant, "GET", f"/enterprise/licences/{number}/signed").json()
    paper = talk.ask(affair.applicant, "GET", f"/enterprise/licences/{number}.pdf")
    insist(paper.content.startswith(b"%PDF"), "the licence on paper is not a PDF")
    genuine = signed["token"]
    middle = len(genuine) // 2
    other = "A" if genuine[middle] != "A" else "B"
    forged = genuine[:middle] + other + genuine[middle + 1 :]
    for token, verdict in ((genuine, "valid"), (forged, "forged")):
        found = talk.ask(
            ANYONE,
            "GET",
            "/enterprise/licences/verification",
            query={"token": token},
            headers={"Accept": "application/json"},
        ).json()
        insist(found["verdict"] == verdict, f"the verdict should be {verdict}")
        talk.note(f"{found['meaning']['zh']} · {found['meaning']['en']}")


def look_back(affair: Founding) -> None:
    talk = affair.talk
    talk.step("办件进度与期限说明", "The whole timeline, and how each deadline comes about")
    told = talk.ask(affair.applicant, "GET", f"{affair.path}/timeline").json()
    for move in told["moves"]:
        name = f"{move['name']['zh']} · {move['name']['en']}"
        talk.note(f"{move['at'][:19]}  {name}  ({move['by']['name']})")
    for kind, deadline in told["deadlines"].items():
        skipped = ", ".join(one["day"] for one in deadline["skipped"]) or "none"
        talk.note(
            f"{kind}: {deadline['days']} working days from {deadline['start']}, "
            f"due {deadline['due']}, days not counted: {skipped}; lamp {deadline['lamp']}"
        )


def look_up(affair: Founding) -> None:
    talk, code = affair.talk, affair.result["code"]
    talk.step("企业登记簿", "The public sees the entry of the register")
    found = talk.ask(ANYONE, "GET", f"/enterprise/register/{code}").json()
    insist(found["status"] == "active", "the enterprise should be active")
    query = {"name": found["name"]}
    listed = talk.ask(ANYONE, "GET", "/enterprise/register", query=query).json()["items"]
    insist(code in [company["code"] for company in listed], "it is not found by its name")
    talk.step("法定代表人绑定", "The applicant may act for the new enterprise from now on")
    path = "/identity/legal-persons"
    talk.wait(affair.applicant, path, lambda body: _acts_for(body, code), "the representation")
    talk.note(f"{found['name']}  {code}  licence {affair.result['licence']}")


def _acts_for(body: Any, code: str) -> bool:
    return code in [one["code"] for one in body["items"]]
