"""A bad evaluation: called back, put right, answered, evaluated again; the figures follow."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from shared.local.demo.names import COUNT, trade_name
from shared.local.demo.stage import ANYONE, Stage
from shared.local.demo.talk import Talk, Visitor, insist

DISTRICT = "430104"
FIGURES = {"department": "market-regulation", "division": DISTRICT, "by": "total"}
TRIES = 20


@dataclass
class Evaluation(Stage):
    """What the steps know of each other."""

    applicant: Visitor = field(default_factory=lambda: Visitor("张伟 (applicant)"))
    clerk: Visitor = field(default_factory=lambda: Visitor("王受理 (official)"))
    chief: Visitor = field(default_factory=lambda: Visitor("赵审批 (official)"))


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Evaluation(talk)
    case = _closed_case(affair)
    _evaluate(affair, case)
    _rectify(affair, case)
    talk.end("the bad evaluation was rectified, and the person says so")


def _closed_case(affair: Evaluation) -> str:
    talk = affair.talk
    talk.step("办结", "A closed case: a name is reserved")
    affair.sign_in(affair.applicant, "13800000001")
    form = {"division": DISTRICT, "trade_name": _free(affair), "industry": "网络科技",
            "form": "有限公司"}  # fmt: skip
    body = {"item": "enterprise-name-reservation", "division": DISTRICT, "form": form}
    case = str(affair.create(affair.applicant, "/enterprise/cases", body=body)["id"])
    path = "/feedback/me/cases?limit=200"
    talk.wait(affair.applicant, path, lambda told: case in str(told), "the invitation to evaluate")
    return case


def _free(affair: Evaluation) -> str:
    """A trade name that nobody has."""
    for number in range(int(time.time()), int(time.time()) + TRIES):
        name = trade_name((number + COUNT // 2) % COUNT)
        query = f"division={DISTRICT}&trade_name={name}&industry=网络科技&form=有限公司"
        if affair.talk.look(ANYONE, f"/enterprise/names/check?{query}").json()["available"]:
            return name
    insist(False, f"{TRIES} names in a row are taken")
    return ""


def _evaluate(affair: Evaluation, case: str) -> None:
    talk = affair.talk
    talk.step("差评", "Very dissatisfied: 1 of 5; numbers of people are masked in the text")
    body = {"level": 1, "scores": {"efficiency": 1}, "text": "电话 13800000001 一直无人接听",
            "public": True}  # fmt: skip
    affair.create(affair.applicant, f"/feedback/cases/{case}/evaluation", body=body)
    talk.ask(ANYONE, "GET", "/feedback/figures", query=FIGURES)


def _rectify(affair: Evaluation, case: str) -> None:
    talk = affair.talk
    talk.step("差评整改", "A rectification is open: call back in 1, rectify in 15 working days")
    evaluation = f"/feedback/cases/{case}/evaluation"
    told = talk.wait(
        affair.applicant, evaluation, lambda found: found["rectification"], "the rectification"
    ).json()
    path = f"/feedback/rectifications/{told['rectification']['id']}"
    affair.sign_in(affair.clerk, "13900000001")
    affair.act(affair.clerk, path, "call-back", {"note": "已回访，向当事人致歉"})
    affair.sign_in(affair.chief, "13900000002")
    affair.act(affair.chief, path, "reply", {"note": "咨询电话已增派人员，全天有人接听"})
    talk.step("再次评价", "The person hears of it, and evaluates again")
    ready: Any = lambda found: found["may_evaluate_again"]  # noqa: E731
    talk.wait(affair.applicant, evaluation, ready, "the reply")
    again = {"level": 5, "text": "已改进，谢谢"}
    affair.create(affair.applicant, f"/feedback/cases/{case}/re-evaluation", body=again)
    closed: Any = lambda found: found["state"] == "closed"  # noqa: E731
    talk.wait(affair.chief, path, closed, "the end of the rectification")
    inbox = "/feedback/me/notices?limit=5"
    talk.ask(affair.applicant, "GET", inbox)
