"""An enterprise is founded, from signing in to a licence that anyone can verify."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from shared.local.demo.affair import Founding
from shared.local.demo.licence import look_back, look_up, verify
from shared.local.demo.names import COUNT, trade_name
from shared.local.demo.stage import ANYONE, is_checked
from shared.local.demo.talk import Talk, insist

DISTRICT = "430104"
NUMBER = "430104199001010019"
MATERIALS = ("identity", "premises", "articles", "appointments")
PAPER = b"%PDF-1.4\n% a scan would be here\n%%EOF\n"
TRIES = 20
WORK_LIST_PAGE = 100


def read_guide(affair: Founding) -> None:
    affair.talk.step("办事指南", "The guide: what it takes to found an enterprise")
    path = "/catalogue/items/enterprise-establishment"
    affair.talk.wait(ANYONE, path, lambda guide: guide["code"], "the item")


def sign_in(affair: Founding) -> None:
    affair.talk.step("登录", "A citizen signs in")
    affair.sign_in(affair.applicant, "13800000001")


def check_name(affair: Founding) -> None:
    talk = affair.talk
    talk.step("企业名称查重", "Is the name free? One that is not, and one that is")
    taken = {"trade_name": "湘江潮", "industry": "餐饮管理"}
    found = _check(affair, {**taken, "division": DISTRICT, "form": "有限公司"})
    insist(not found["available"], "a name on the register should not be available")
    talk.note(f"Taken: {found['faults'][0]['detail']}")
    for number in range(int(time.time()), int(time.time()) + TRIES):
        fresh = {"trade_name": trade_name(number % COUNT), "industry": "网络科技"}
        affair.name = {"division": DISTRICT, **fresh, "form": "有限公司"}
        if _check(affair, affair.name)["available"]:
            return
    insist(False, f"{TRIES} names in a row are taken")


def _check(affair: Founding, name: dict[str, str]) -> Any:
    return affair.talk.ask(ANYONE, "GET", "/enterprise/names/check", query=name).json()


def reserve_name(affair: Founding) -> None:
    affair.talk.step("名称自主申报（即办件）", "The name is reserved: an instant item, by rules")
    body = {"item": "enterprise-name-reservation", "division": DISTRICT, "form": affair.name}
    case = affair.create(affair.applicant, "/enterprise/cases", body=body)
    path = f"/enterprise/cases/{case['id']}"
    closed = affair.talk.wait(affair.applicant, path, _is_closed, "the reservation").json()
    affair.reservation = closed["result"]["reservation"]
    affair.talk.note(f"Reserved until {closed['result']['until']}: {closed['result']['name']}")


def _is_closed(case: Any) -> bool:
    return bool(case["state"] == "closed")


def hand_in_materials(affair: Founding) -> None:
    affair.talk.step("上传材料", "Materials are uploaded, each with its digest")
    digest = hashlib.sha256(PAPER).digest()
    stated = f"sha-256=:{base64.b64encode(digest).decode()}:"
    headers = {"Content-Type": "application/pdf", "Content-Digest": stated}
    handed_in = []
    for code in MATERIALS:
        kept = affair.create(
            affair.applicant, "/enterprise/materials", content=PAPER, headers=headers
        )
        handed_in.append({"code": code, "file": kept["file"], "digest": kept["digest"]})
    affair.form = _form(affair.reservation, handed_in)


def _form(reservation: str, handed_in: list[dict[str, str]]) -> dict[str, Any]:
    person = {"name": "张伟", "identity": NUMBER}
    due = f"{date.today().year + 3}-12-31"
    owner = {"kind": "person", **person, "amount": 1_000_000, "share": 10_000, "due": due}
    return {
        "reservation": reservation,
        "kind": "limited-company",
        "registered_capital": 1_000_000,
        "owners": [owner],
        "representative": {**person, "phone": "13800000001"},
        "address": {"division": DISTRICT, "detail": "麓山南路 932 号"},
        "business_scope": ["软件开发", "互联网信息服务"],
        "term_until": None,
        "materials": handed_in,
    }


def save_draft(affair: Founding) -> None:
    affair.talk.step("暂存草稿", "A draft is saved, with a mistake in it: 90 % of the shares")
    wrong = {**affair.form, "owners": [{**affair.form["owners"][0], "share": 9_000}]}
    body = {"item": "enterprise-establishment", "division": DISTRICT, "form": wrong}
    affair.case = affair.create(affair.applicant, "/enterprise/drafts", body=body)["id"]
    affair.version = '"1"'


def submit(affair: Founding) -> None:
    affair.talk.step("提交申请", "Submitted: the mistake is named, in both languages, then mended")
    for language in ("zh-CN", "en"):
        problem = affair.move(affair.applicant, "submit", expect=422, language=language)
        faults = [(fault["pointer"], fault["detail"]) for fault in problem["errors"]]
        insist(any(p.startswith("/form/owners") for p, _ in faults), "/form/owners is not named")
        affair.talk.note("; ".join(f"{pointer}: {detail}" for pointer, detail in faults))
    affair.move(affair.applicant, "form", {"form": affair.form}, method="PUT")
    case = affair.move(affair.applicant, "submit")
    insist(case["state"] == "submitted", "the case should be submitted")


def verify_claims(affair: Founding) -> None:
    talk = affair.talk
    talk.step(
        "数据核验", "Is the representative on a court's list? Asked by yes or no, after the fact"
    )
    found = talk.wait(affair.applicant, affair.path, is_checked, "the register's answer")
    affair.version = found.headers["ETag"]
    for check in found.json()["checks"]:
        insist(check["state"] == "holds", "nobody of the demo is on the list")
        record = check["record"]["index"]
        talk.note(f"{check['about']}: {check['claim']['en']}; record {record} of the evidence")


def see_it(affair: Founding) -> None:
    talk = affair.talk
    talk.step("谁能看到", "Who sees it: the official of the district, and nobody else")
    affair.sign_in(affair.clerk, "13900000001")
    query = {"limit": WORK_LIST_PAGE}
    found = talk.ask(affair.clerk, "GET", "/enterprise/worklist", query=query)
    while affair.case not in _ids(found) and "next" in found.links:
        found = talk.ask(affair.clerk, "GET", found.links["next"]["url"])
    insist(affair.case in _ids(found), "the case is not on the work list of its district")
    affair.sign_in(affair.elsewhere, "13900000003")
    found = talk.ask(affair.elsewhere, "GET", "/enterprise/worklist", query=query)
    insist(affair.case not in _ids(found), "another district sees the case")
    affair.sign_in(affair.other, "13800000002")
    for nobody in (affair.elsewhere, affair.other):
        talk.ask(nobody, "GET", affair.path, expect=404)
    talk.note("To the others there is no such case: 404, not 403")


def _ids(answer: Any) -> list[str]:
    return [case["id"] for case in answer.json()["items"]]


def correct(affair: Founding) -> None:
    affair.talk.step("一次性告知补正", "Returned for correction, once, with all that is missing")
    affair.move(affair.clerk, "return", {"missing": ["住所应写明门牌号 / The seat lacks a room"]})
    affair.talk.step("补正后再次提交", "The applicant corrects it and submits again")
    address = {**affair.form["address"], "detail": "麓山南路 932 号 2 栋 501 室"}
    affair.form = {**affair.form, "address": address}
    affair.move(affair.applicant, "resubmit", {"form": affair.form})


def handle(affair: Founding) -> None:
    talk = affair.talk
    talk.step("受理、办理", "Accepted: the clocks run; then processed")
    affair.move(affair.clerk, "accept", {"opinion": "材料齐全"})
    affair.move(affair.clerk, "start")
    talk.step("审批须由他人作出", "Approved by a second official; the first one may not")
    affair.move(affair.clerk, "approve", expect=403)
    affair.sign_in(affair.chief, "13900000002")
    affair.move(affair.chief, "approve", {"opinion": "准予登记"})
    case = talk.wait(affair.applicant, affair.path, _is_closed, "the licence").json()
    affair.result = case["result"]


STEPS: tuple[Callable[[Founding], None], ...] = (
    read_guide,
    sign_in,
    check_name,
    reserve_name,
    hand_in_materials,
    save_draft,
    submit,
    verify_claims,
    see_it,
    correct,
    handle,
    verify,
    look_back,
    look_up,
)


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Founding(talk)
    for step in STEPS:
        step(affair)
    talk.end("licence verified, enterprise on the register")
