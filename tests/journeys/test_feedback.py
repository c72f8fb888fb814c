"""Evaluations, rectifications and complaints: from a closed case to a better one."""

from __future__ import annotations

from datetime import date, timedelta

from tests.journeys import feedback as steps
from tests.journeys.enterprise import Offices
from tests.journeys.people import Person, eventually, ok, problem
from tests.journeys.supervision import Calendar

QUIET = "430121"
"""A county where no other journey closes a case: figures follow later than what they count."""

WHERE = {"department": "market-regulation", "division": QUIET, "by": "total"}


def test_bad_evaluation(
    zhang: Person, li: Person, clerk: Person, chief: Person, elsewhere: Person, anyone: Person
) -> None:
    """A bad evaluation is called back, put right and answered; the person evaluates again."""
    case = steps.closed_case(zhang)
    problem(li.create(f"/feedback/cases/{case}/evaluation", {"level": 5}), 404)
    given = steps.evaluate(zhang, case, 1, text="电话 13800000001 无人接听", public=True)
    assert given["scores"] == dict.fromkeys(given["scores"]) and "138****0001" in given["text"]
    again = zhang.create(f"/feedback/cases/{case}/evaluation", {"level": 5})
    assert problem(again, 409)["type"] == "/problems/already-evaluated"
    one = steps.rectification(zhang, case)
    path = f"/feedback/rectifications/{one['id']}"
    assert one["state"] == "opened" and one["call_back_due"] < one["rectify_due"]
    steps.told(clerk, "feedback.rectification.opened", one["id"])
    assert one["id"] in clerk.listed("/feedback/rectifications?limit=200")
    problem(elsewhere.get(path), 404)
    steps.step(clerk, path, "call-back", {"note": "已回访，向当事人致歉"})
    steps.step(chief, path, "reply", {"note": "咨询电话已增派人员"})
    steps.told(zhang, "feedback.rectification.replied", case)
    eventually(lambda: steps.evaluation(zhang, case)["may_evaluate_again"], "another evaluation")
    better = steps.evaluate(zhang, case, 4, "re-evaluation", text="已改进")
    assert better["earlier"][0]["level"] == 1
    eventually(lambda: steps.rectification(zhang, case)["state"] == "closed", "its end")
    page = ok(anyone.get("/feedback/evaluations/public?department=market-regulation"))
    assert case not in str(page) and "张伟" not in str(page)


def test_figures(zhang: Person, anyone: Person) -> None:
    """The figures count each closed case once, evaluated or not, as JSON and as CSV."""
    earlier = steps.figures(anyone, **WHERE).get("closed", 0)
    case, other = (steps.closed_case(zhang, QUIET) for _ in range(2))
    before = eventually(
        lambda: (row := steps.figures(anyone, **WHERE)).get("closed") == earlier + 2 and row,
        "two more cases",
    )
    steps.evaluate(zhang, case, 3, scores={"efficiency": 2})
    after = eventually(
        lambda: (
            (row := steps.figures(anyone, **WHERE))["levels"]["3"] > before["levels"]["3"] and row
        ),
        "one more evaluation",
    )
    assert after["evaluated"] == before["evaluated"] + 1
    assert after["not_evaluated"] == after["closed"] - after["evaluated"]
    given = after["scores"]["efficiency"]["given"]
    assert given == before["scores"]["efficiency"]["given"] + 1
    assert other in steps.waiting(zhang) and case not in steps.waiting(zhang)
    text = anyone.get("/feedback/figures.csv", params=WHERE)
    assert text.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f",{after['closed']},{after['evaluated']}," in text.text
    kept = anyone.get(
        "/feedback/figures.csv", params=WHERE, headers={"If-None-Match": text.headers["ETag"]}
    )
    assert kept.status_code in (200, 304)


def test_overdue(calendar: Calendar, zhang: Person, clerk: Person) -> None:
    """Nobody called back: both deadlines turn red, each is told once, and stay in the history."""
    case = steps.closed_case(zhang)
    steps.evaluate(zhang, case, 2)
    one = steps.rectification(zhang, case)
    path = f"/feedback/rectifications/{one['id']}"
    for due, expected in (("call_back", ["call-back"]), ("rectify", ["call-back", "rectify"])):
        day = date.fromisoformat(one[f"{due}_due"]) + timedelta(days=1)
        calendar.reach(day, clerk)
        eventually(lambda: ok(clerk.get(path))["late"] == expected, f"late: {expected}")  # noqa: B023
    steps.told(clerk, "feedback.rectification.delayed", one["id"])
    steps.step(clerk, path, "call-back", {"note": "补回访"})
    late = steps.step(clerk, path, "reply", {"note": "已整改"})
    assert late["lamps"] == {"call_back": "red", "rectify": "red"}
    assert [e["action"] for e in late["history"]].count("miss-rectify") == 1


def test_upheld_complaint(zhang: Person, li: Person, offices: Offices, anyone: Person) -> None:
    """An upheld complaint reopens the case in its department; closed again, evaluated anew."""
    case = steps.closed_case(zhang)
    steps.evaluate(zhang, case, 5)
    number = zhang.see(case)["number"]
    form = {"attribute[DEPARTMENT]": "health", "attribute[GROUND]": "outcome"}
    refused = li.post(
        f"{steps.OPEN311}/requests.json",
        data={"service_code": "complaint", **steps.PLACE, **form, "attribute[CASE]": number},
    )
    assert refused.status_code == 400 and number not in refused.text
    made = steps.submit(zhang, "complaint", **form, **{"attribute[CASE]": number})
    path = f"/feedback/requests/{made['service_request_id']}"
    one = ok(zhang.get(path))
    assert (one["department"], one["case"]) == ("market-regulation", case)
    steps.told(offices.chief, "feedback.request.submitted", made["service_request_id"])
    etag = offices.clerk.get(path).headers["ETag"]
    problem(
        offices.clerk.post(f"{path}/uphold", json={"reasons": ["x"]}, headers={"If-Match": etag}),
        403,
    )
    upheld = steps.step(offices.chief, path, "uphold", {"reasons": ["适用标准有误"]})
    assert (upheld["status"], upheld["outcome"]) == ("closed", "upheld")
    eventually(lambda: zhang.see(case)["state"] == "processing", "the case reopened")
    steps.told(zhang, "feedback.complaint.upheld", made["service_request_id"])
    moved = offices.chief.move(case, "approve")
    ok(moved)
    eventually(lambda: zhang.see(case)["state"] == "closed", "the case closed again")
    again = eventually(lambda: steps.evaluation(zhang, case)["may_evaluate_again"], "anew")
    assert again
    assert steps.evaluate(zhang, case, 4, "re-evaluation")["level"] == 4
