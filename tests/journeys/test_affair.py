"""The affair that must run: from signing in to a licence that anyone can verify."""

from __future__ import annotations

from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import CASES, DISTRICT, application
from tests.journeys.people import Person, eventually, ok, problem


def test_founding(
    platform: Platform,
    zhang: Person,
    li: Person,
    clerk: Person,
    elsewhere: Person,
    lone: Person,
    chief: Person,
    anyone: Person,
) -> None:
    """A citizen founds an enterprise online, and nobody else sees anything of it meanwhile."""
    form = _reserve_and_draft(zhang, anyone)
    case = _submitted_after_a_mistake(zhang, form)
    _unseen(case, li, elsewhere)
    _returned_and_corrected(case, zhang, clerk, form)
    _decided_by_two(case, lone, chief)
    result = steps.closed(zhang, case)["result"]
    _unseen(case, li, elsewhere)
    _licensed(result, zhang, li, anyone)
    _told(case, zhang)
    _registered(result, zhang, li, anyone)


def _reserve_and_draft(zhang: Person, anyone: Person) -> dict[str, object]:
    name = steps.fresh_name()
    found = ok(anyone.get("/enterprise/names/check", params=name))
    assert found["available"], found
    case = ok(zhang.create(CASES, application("name-reservation", name)), 201)
    reserved = steps.closed(zhang, case["id"])["result"]
    assert reserved["name"] == found["name"]
    taken = ok(anyone.get("/enterprise/names/check", params=name))
    assert not taken["available"]
    assert taken["faults"][0]["rule"] == "name-identical"
    return steps.establishment(zhang, reservation=reserved["reservation"])


def _submitted_after_a_mistake(zhang: Person, form: dict[str, object]) -> str:
    owner = {**form["owners"][0], "share": 9_000}  # type: ignore[index]
    wrong = application("establishment", {**form, "owners": [owner]})
    draft = zhang.create("/enterprise/drafts", wrong)
    case = str(ok(draft, 201)["id"])
    assert draft.headers["Location"] == f"{CASES}/{case}"
    told = {}
    for language in ("zh", "en"):
        answer = zhang.move(case, "submit", headers={"Accept-Language": language})
        assert answer.headers["Content-Language"] == language
        errors = problem(answer, 422)["errors"]
        shares = next(e for e in errors if e["rule"] == "shares-sum")
        assert shares["pointer"] == "/form/owners"
        told[language] = shares["detail"]
    assert "合计" in told["zh"] and "add up" in told["en"]
    assert zhang.see(case)["state"] == "draft"
    etag = zhang.get(f"{CASES}/{case}").headers["ETag"]
    ok(zhang.put(f"{CASES}/{case}/form", json={"form": form}, headers={"If-Match": etag}))
    assert ok(zhang.move(case, "submit"))["state"] == "submitted"
    return case


def _unseen(case: str, li: Person, elsewhere: Person) -> None:
    """To another citizen and the official of another district, there is no such case."""
    for nobody in (li, elsewhere):
        problem(nobody.get(f"{CASES}/{case}"), 404)
        problem(nobody.get(f"{CASES}/{case}/timeline"), 404)
    problem(li.move(case, "withdraw"), 404)
    problem(elsewhere.move(case, "accept"), 404)
    assert case not in li.listed(f"{CASES}?limit=100")
    assert case not in elsewhere.listed("/enterprise/worklist?limit=100")
    problem(elsewhere.get(f"/enterprise/worklist?division={DISTRICT}"), 404)


def _returned_and_corrected(
    case: str, zhang: Person, clerk: Person, form: dict[str, object]
) -> None:
    assert case in clerk.listed("/enterprise/worklist?limit=100")
    seen = clerk.see(case)
    assert seen["legal_moves"] == ["accept", "return", "decline"]
    assert seen["form"]["representative"]["identity"] == "4301**********0019"
    ok(clerk.move(case, "return", {"missing": ["住所应写明门牌号"]}))
    assert case not in clerk.listed("/enterprise/worklist?limit=100")
    returned = zhang.see(case)
    assert returned["timeline"][-1]["missing"] == ["住所应写明门牌号"]
    address = {"division": DISTRICT, "detail": "麓山南路 932 号 2 栋 501 室"}
    masked = {**returned["form"], "address": address}
    again = ok(zhang.move(case, "resubmit", {"form": masked}))
    assert again["state"] == "submitted"
    zhang.checked(f"{CASES}/{case}")


def _decided_by_two(case: str, lone: Person, chief: Person) -> None:
    """Whoever accepted it may not approve it."""
    ok(lone.move(case, "accept", {"opinion": "材料齐全"}))
    deadlines = lone.see(case)["deadlines"]
    assert deadlines["statutory"]["days"] == 6 and deadlines["promised"]["days"] == 3
    ok(lone.move(case, "start"))
    assert problem(lone.move(case, "approve"), 403)["type"] == "/problems/two-people"
    ok(chief.move(case, "approve", {"opinion": "准予登记"}))


def _licensed(result: dict[str, str], zhang: Person, li: Person, anyone: Person) -> None:
    path = f"/enterprise/licences/{result['licence']}"
    shown = ok(anyone.get(path))
    assert shown["status"] == "valid" and shown["holder"]["code"] == result["code"]
    assert shown["fields"]["address"].endswith("2 栋 501 室")
    paper = zhang.get(f"{path}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["Content-Type"] == "application/pdf"
    for private in (f"{path}/signed", f"{path}.pdf"):
        problem(li.get(private), 404)
        problem(anyone.get(private), 401)
    token = ok(zhang.get(f"{path}/signed"))["token"]
    assert steps.verdict(token, anyone) == "valid"
    for place in (5, len(token) // 2, len(token) - 10):
        other = "A" if token[place] != "A" else "B"
        assert steps.verdict(token[:place] + other + token[place + 1 :], anyone) == "forged"
    page = anyone.get("/enterprise/licences/verification", params={"token": token})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "有效" in page.text and result["name"] in page.text


def _told(case: str, zhang: Person) -> None:
    told = ok(zhang.get(f"{CASES}/{case}/timeline"))
    assert [move["action"] for move in told["moves"]] == [
        "draft", "submit", "return", "resubmit", "accept", "start", "approve", "deliver",
    ]  # fmt: skip
    assert all("account" not in move["by"] for move in told["moves"])
    for kind in ("acceptance", "statutory", "promised", "delivery"):
        deadline = told["deadlines"][kind]
        assert deadline["start"] < deadline["due"], kind
        assert deadline["counted"] == deadline["days"], kind
        assert {one["reason"] for one in deadline["skipped"]} <= {"weekend", "holiday"}, kind
        assert deadline["basis"], kind


def _registered(result: dict[str, str], zhang: Person, li: Person, anyone: Person) -> None:
    code = result["code"]
    entry = ok(anyone.get(f"/enterprise/register/{code}"))
    assert entry["status"] == "active" and entry["representative"] == "张伟"
    assert "identity" not in str(entry)
    found = ok(anyone.get("/enterprise/register", params={"name": result["name"]}))
    assert [company["code"] for company in found["items"]] == [code]
    eventually(lambda: code in steps.codes_of(zhang), "the representation")
    assert code not in steps.codes_of(li)
