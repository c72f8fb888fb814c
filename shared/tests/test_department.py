"""What a department does with cases, and what of it anybody gets to see."""

from typing import Any

import orjson
import pytest

from shared.department import Decision, Practice, views
from shared.department.usecases import (
    Desk,
    apply,
    mine,
    move,
    opened_form,
    read,
    replace_form,
    resubmit,
    save_draft,
    submit_draft,
    withdraw,
    work_list,
)
from shared.errors import (
    Forbidden,
    IdempotencyMismatch,
    IllegalMove,
    Invalid,
    NotFound,
    ServiceError,
    Stale,
)
from shared.testing import NOON, an_official, person
from shared.tests.desk import (
    CHIEF,
    CITY,
    CODE,
    DEPARTMENT,
    DISTRICT,
    ELSEWHERE,
    LI,
    NEXT_DISTRICT,
    NUMBER,
    OTHER_NUMBER,
    TEACHER,
    WANG,
    ZHANG,
    ZHAO,
    a_desk,
    application,
    applied,
    approved,
    form,
    item,
    move_it,
    processing,
    request,
    store,
    told,
)
from shared.text import Text

PAGE = {"limit": 50}
STRANGERS = [LI, ELSEWHERE, TEACHER, an_official("no", "430000", "education", "approve")]


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def listed(page: Any) -> list[str]:
    return [case["_id"] for case in page.items]


def pointers(refusal: Any) -> list[str]:
    return [e.pointer for e in refusal.value.errors]


def test_apply(desk: Desk) -> None:
    """An application is a submitted case, sealed, told once, on the desk of its district."""
    case = applied(desk, form=form(partners=[{"name": "王", "number": NUMBER}]))
    assert case["state"] == "submitted"
    assert NUMBER not in str(case)
    assert opened_form(desk, case)["partners"][0]["number"] == NUMBER
    (event,) = told(desk)
    assert (event.type, event.subject) == ("enterprise.case.submitted.v1", case["_id"])
    assert listed(work_list(desk, request(WANG, query=PAGE))) == [case["_id"]]


@pytest.mark.parametrize("code", ["establishment", "reservation"])
def test_apply_again(desk: Desk, code: str) -> None:
    """The same request again gives the same case, though its own name is now taken."""
    first = applied(desk, item=code)
    if code == "establishment":
        store(desk)["names"].add({"_id": "moon", "case": first["_id"]})
    events = len(told(desk))
    again = applied(desk, item=code)
    assert views.receipt(again) == views.receipt(first)
    assert len(told(desk)) == events
    assert store(desk)["cases"].count({}) == 1


@pytest.mark.parametrize("name", ["sun", "xxx"])
def test_apply_other(desk: Desk, name: str) -> None:
    """Another request under the same key is refused and changes nothing."""
    first = applied(desk)
    with pytest.raises(Invalid) as refusal:
        applied(desk, form=form(name))
    assert isinstance(refusal.value, IdempotencyMismatch) or pointers(refusal) == ["/form/name"]
    assert store(desk)["cases"].require(first["_id"]) == first


def test_keys_are_one_s_own(desk: Desk) -> None:
    """Two people may use the same key."""
    assert applied(desk)["_id"] != applied(desk, LI)["_id"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"form": {}}, "/form/name"),
        ({"form": form(shares=101)}, "/form/shares"),
        ({"form": form(partners=[{"name": "王", "number": "1"}])}, "/form/partners/0/number"),
        ({"form": form(colour=1)}, "/form/colour"),
        ({"form": form("xxx")}, "/form/name"),
        ({"item": "marriage"}, "/item"),
        ({"division": "439999"}, "/division"),
        ({"division": "430000"}, "/division"),
        ({"legal_person": "91430104MA4L16JQ9B"}, "/legal_person"),
    ],
)
def test_faults(desk: Desk, given: dict[str, Any], expected: str) -> None:
    """A faulty application names its fault, and leaves nothing behind."""
    with pytest.raises(Invalid) as refusal:
        applied(desk, **given)
    assert pointers(refusal) == [expected]
    assert store(desk)["cases"].count({}) == 0
    assert told(desk) == []


def test_routing(desk: Desk) -> None:
    """A case goes to the authority that has the power, and there only it is on the desk."""
    case = applied(desk, item="provincial")
    assert case["division"] == "430000"
    with pytest.raises(NotFound):
        read(desk, WANG, case["_id"])
    assert read(desk, an_official("p", "430000", DEPARTMENT), case["_id"])


def test_delegation(desk: Desk) -> None:
    """A power that is delegated to the district is exercised there."""
    store(desk)["delegations"].add(
        {"_id": "d", "item": "provincial", "delegates": [DISTRICT], "from_day": "2026-11-01"}
    )
    assert applied(desk, item="provincial")["division"] == DISTRICT


def test_who_sees(desk: Desk) -> None:
    """The applicant and the officials above see a case; for all others it does not exist."""
    case = applied(desk)
    for caller in (ZHANG, WANG, ZHAO, CHIEF):
        assert read(desk, caller, case["_id"]) == case
    for caller in STRANGERS:
        with pytest.raises(NotFound):
            read(desk, caller, case["_id"])
        assert listed(mine(desk, request(caller, query=PAGE))) == []


@pytest.mark.parametrize("caller", [*STRANGERS, person("wang"), ZHAO])
def test_who_touches(desk: Desk, caller: Any) -> None:
    """What is not one's own does not exist, whatever one tries with it."""
    case = applied(desk)
    call = request(caller, {"form": form("sun")}, if_match=1)
    for attempt in (replace_form, submit_draft, resubmit, withdraw):
        with pytest.raises(NotFound):
            attempt(desk, call, case["_id"])
    if caller is not ZHAO:
        for action in ("accept", "approve", "return"):
            with pytest.raises(NotFound):
                move(desk, call, case["_id"], action)
    assert read(desk, ZHANG, case["_id"]) == case


def test_same_answer(desk: Desk) -> None:
    """A case that exists for others and one that does not exist are told alike."""
    case = applied(desk)
    seen = []
    for id_ in (case["_id"], "nothing"):
        with pytest.raises(NotFound) as refusal:
            read(desk, LI, id_)
        seen.append((refusal.value.detail, refusal.value.type, refusal.value.extensions))
    assert seen[0] == seen[1]


def test_applicants_are_no_officials(desk: Desk) -> None:
    """An applicant can't move the own case as an official does."""
    case = applied(desk)
    with pytest.raises(NotFound):
        move(desk, request(ZHANG, if_match=1), case["_id"], "accept")


def test_legal_person(desk: Desk) -> None:
    """Who acts for a legal person sees its cases; who does not, does not."""
    case = applied(desk, legal_person=CODE)
    colleague = person("colleague", CODE)
    assert read(desk, colleague, case["_id"])
    query = {**PAGE, "legal_person": CODE}
    assert listed(mine(desk, request(colleague, query=query))) == [case["_id"]]
    with pytest.raises(NotFound):
        mine(desk, request(LI, query=query))


def test_work_list(desk: Desk) -> None:
    """An official's list holds the subtree's open cases; other districts' lists do not exist."""
    here = applied(desk)["_id"]
    there = applied(desk, key="k2", division=NEXT_DISTRICT)["_id"]
    assert listed(work_list(desk, request(WANG, query=PAGE))) == [here]
    assert sorted(listed(work_list(desk, request(CHIEF, query=PAGE)))) == sorted([here, there])
    narrowed = {**PAGE, "division": NEXT_DISTRICT}
    assert listed(work_list(desk, request(CHIEF, query=narrowed))) == [there]
    for caller, division in [(WANG, NEXT_DISTRICT), (WANG, CITY), (TEACHER, DISTRICT)]:
        with pytest.raises(NotFound):
            work_list(desk, request(caller, query={**PAGE, "division": division}))


def test_work_list_follows(desk: Desk) -> None:
    """A case leaves the list when nothing is left to do for officials."""
    case = approved(desk)
    assert listed(work_list(desk, request(WANG, query=PAGE))) == []
    assert listed(mine(desk, request(ZHANG, query=PAGE))) == [case["_id"]]


def test_draft(desk: Desk) -> None:
    """A draft may be unfinished, is the applicant's alone, and is told to nobody."""
    draft = save_draft(desk, request(ZHANG, application(form={"shares": 5})))
    assert (draft["state"], told(desk)) == ("draft", [])
    for caller in (WANG, CHIEF, LI):
        with pytest.raises(NotFound):
            read(desk, caller, draft["_id"])
    assert listed(work_list(desk, request(CHIEF, query=PAGE))) == []
    with pytest.raises(Invalid):
        save_draft(desk, request(ZHANG, application(form={"shares": "5"}), key="k2"))


def test_draft_again(desk: Desk) -> None:
    """The same draft again is the same draft; another one under its key is refused."""
    body = application(form={})
    assert save_draft(desk, request(ZHANG, body)) == save_draft(desk, request(ZHANG, body))
    with pytest.raises(IdempotencyMismatch):
        save_draft(desk, request(ZHANG, application()))


def test_draft_to_case(desk: Desk) -> None:
    """A draft is completed, then submitted as it stands."""
    draft = save_draft(desk, request(ZHANG, application(form={})))
    with pytest.raises(Invalid) as refusal:
        submit_draft(desk, request(ZHANG, if_match=1), draft["_id"])
    assert pointers(refusal) == ["/form/name"]
    better = replace_form(desk, request(ZHANG, {"form": form()}, if_match=1), draft["_id"])
    with pytest.raises(Stale):
        submit_draft(desk, request(ZHANG, if_match=1), draft["_id"])
    case = submit_draft(desk, request(ZHANG, if_match=better["version"]), draft["_id"])
    assert case["state"] == "submitted"
    assert [(e.type, e.sequence) for e in told(desk)] == [("enterprise.case.submitted.v1", 2)]
    assert read(desk, WANG, draft["_id"])


def test_withdrawn_draft(desk: Desk) -> None:
    """A draft that was never submitted stays private when it is withdrawn."""
    draft = save_draft(desk, request(ZHANG, application(form={})))
    withdraw(desk, request(ZHANG, if_match=1), draft["_id"])
    with pytest.raises(NotFound):
        read(desk, WANG, draft["_id"])


def test_submitted_form_is_fixed(desk: Desk) -> None:
    """What is submitted can't be replaced or submitted again."""
    case = applied(desk)
    call = request(ZHANG, {"form": form("sun")}, if_match=1)
    for attempt in (replace_form, submit_draft, resubmit):
        with pytest.raises(IllegalMove) as refusal:
            attempt(desk, call, case["_id"])
        assert "withdraw" in refusal.value.extensions["legal"]


def test_masked_numbers(desk: Desk) -> None:
    """A form that is read, masked, and sent back corrected keeps the numbers it masks."""
    partners = [{"name": "王", "number": NUMBER}, {"name": "李", "number": OTHER_NUMBER}]
    case = applied(desk, form=form(partners=partners))
    case = move_it(desk, case, "return", missing=["name"])
    seen = views.detail(case, desk.items, person(), opened_form(desk, case), NOON.date())
    assert NUMBER not in orjson.dumps(seen).decode()
    corrected = {**seen["form"], "name": "sun"}
    call = request(ZHANG, {"form": corrected}, if_match=case["version"])
    again = resubmit(desk, call, case["_id"])
    assert opened_form(desk, again) == form("sun", partners=partners)


def test_alien_mask(desk: Desk) -> None:
    """A mask that masks nothing of this form is no number."""
    case = move_it(desk, applied(desk), "return", missing=["partners"])
    masked = form(partners=[{"name": "王", "number": "1101**********002X"}])
    call = request(ZHANG, {"form": masked}, if_match=case["version"])
    with pytest.raises(Invalid) as refusal:
        resubmit(desk, call, case["_id"])
    assert pointers(refusal) == ["/form/partners/0/number"]


def test_stale(desk: Desk) -> None:
    """A move about another version than the present one changes nothing."""
    case = applied(desk)
    move_it(desk, case, "accept")
    with pytest.raises(Stale) as refusal:
        move_it(desk, case, "decline", reasons=["no"])
    assert refusal.value.extensions == {"version": 2}


def test_two_people(desk: Desk) -> None:
    """Who accepted a case does not decide it, where the item asks for two people."""
    case = processing(desk)
    for action in ("approve", "refuse"):
        with pytest.raises(Forbidden) as refusal:
            move_it(desk, case, action, WANG, reasons=["no"])
        assert refusal.value.type == "two-people"
    assert move_it(desk, case, "approve", ZHAO)["state"] == "approved"


def test_one_person(desk: Desk) -> None:
    """Where the item does not ask for two people one is enough."""
    chief = an_official("p", "430000", DEPARTMENT)
    case = applied(desk, item="provincial")
    for action in ("accept", "start", "approve"):
        case = move_it(desk, case, action, chief)
    assert case["state"] == "approved"


def test_illegal(desk: Desk) -> None:
    """A move that the state does not allow names those it does, and tells nothing."""
    case = applied(desk)
    with pytest.raises(IllegalMove) as refusal:
        move_it(desk, case, "approve", ZHAO)
    assert refusal.value.extensions["legal"] == ["accept", "return", "decline", "withdraw"]
    assert len(told(desk)) == 1


def test_every_move_is_told(desk: Desk) -> None:
    """Each move is one event, in order, and tells no name and no number of a person."""
    case = applied(desk, form=form(partners=[{"name": "王", "number": NUMBER}]))
    case = move_it(desk, case, "return", missing=["x"])
    call = request(ZHANG, {"form": form()}, if_match=case["version"])
    case = resubmit(desk, call, case["_id"])
    case = move_it(desk, case, "accept")
    case = withdraw(desk, request(ZHANG, {"reason": "no"}, if_match=4), case["_id"])
    assert [e.data["action"] for e in told(desk)] == [
        "submit", "return", "resubmit", "accept", "withdraw",
    ]  # fmt: skip
    assert [e.sequence for e in told(desk)] == [1, 2, 3, 4, 5]
    sent = orjson.dumps(store(desk).sent).decode()
    assert not any(secret in sent for secret in (NUMBER, "张伟", "王受理", "moon"))


def test_instant(desk: Desk) -> None:
    """An instant item is decided by its rules at once; every step of it is told."""
    case = applied(desk, item="reservation")
    assert case["state"] == "approved"
    assert [e.data["action"] for e in told(desk)] == ["submit", "accept", "start", "approve"]
    assert {e["by"]["kind"] for e in case["history"][1:]} == {"system"}


def test_instant_refusal(desk: Desk) -> None:
    """A refusal by rules has its reasons and the remedies."""
    store(desk)["names"].add({"_id": "sun", "case": "another"})
    unchecked = Practice(item("reservation", instant=True), decide=refusing)
    rules = {**desk.practices, "reservation": unchecked}
    strict = Desk(desk.service, desk.department, rules, desk.store, desk.vault)
    case = applied(strict, item="reservation", form=form("sun"))
    seen = views.detail(case, strict.items, person(), opened_form(strict, case), NOON.date())
    assert (seen["state"], seen["reasons"]) == ("refused", [{"zh": "重名", "en": "Taken"}])
    assert seen["remedies"]["zh"]


def refusing(store_: Any, application_: Any) -> Decision:
    return Decision(False, (Text("重名", "Taken"),))


def test_practice() -> None:
    """Instant items, and only they, decide by rules."""
    with pytest.raises(ValueError, match="reservation"):
        Practice(item("reservation", instant=True))
    with pytest.raises(ValueError, match="paper"):
        Practice(item("paper"), decide=refusing)


def test_refusal(desk: Desk) -> None:
    """A refused or declined case shows reasons and remedies; an open or approved one none."""
    case = processing(desk)
    refused = move_it(desk, case, "refuse", ZHAO, reasons=["incomplete"])
    seen = views.detail(refused, desk.items, person(), form(), NOON.date())
    assert (seen["reasons"], bool(seen["remedies"])) == (["incomplete"], True)
    for other in (case, approved(a_desk())):
        seen = views.detail(other, desk.items, person(), form(), NOON.date())
        assert (seen["reasons"], seen["remedies"]) == ([], None)


def test_receipt_stays(desk: Desk) -> None:
    """The receipt says what was when the case was made, however it goes on."""
    case = applied(desk)
    receipt = views.receipt(case)
    assert receipt["deemed_accepted_after"] == "2026-11-30"
    assert views.receipt(move_it(desk, case, "accept", days=1)) == receipt


def test_all_errors_are_ours(desk: Desk) -> None:
    """Whatever an official tries in whatever state, it is a move or an error of the tree."""
    case = applied(desk)
    for action in ("accept", "return", "decline", "start", "suspend", "resume", "approve"):
        try:
            case = move_it(desk, case, action, ZHAO, ground="hearing", notice="n", reasons=["r"])
        except ServiceError as error:
            assert error.status in (403, 409)


def test_pages(desk: Desk) -> None:
    """Lists come in pages: the desk's oldest first, one's own newest first."""
    ids = []
    for n in range(5):
        call = request(ZHANG, application(), key=f"k{n}", now=NOON.replace(minute=n))
        ids.append(apply(desk, call)["_id"])
    for listing, caller, expected in [(work_list, WANG, ids), (mine, ZHANG, ids[::-1])]:
        first = listing(desk, request(caller, query={"limit": 3}))
        rest = listing(desk, request(caller, query={"limit": 3, "cursor": first.next_cursor}))
        assert listed(first) + listed(rest) == expected
        assert rest.next_cursor is None
        assert [views.summary(c, desk.items, person())["id"] for c in first.items] == expected[:3]
