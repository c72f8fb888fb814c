"""Applications and registers: who is entered, under which number, and what is ruled."""

from __future__ import annotations

import pytest

from services.health import items, seed, views
from services.health.domain import certificates, numbers, practitioners
from services.health.items import EXAMPLE_INSTITUTION
from services.health.tests.clinic import CHIEF, CLERK, DOCTOR, ELSEWHERE, LI, VAULT, ZHANG, Clinic
from services.health.usecases import practitioners as usecases
from services.health.usecases import registering
from shared.department.usecases import fulfilment_of
from shared.errors import Conflict, Invalid, NotFound, Stale
from shared.schema import load
from shared.testing import NOON, FakeStore, person

HOSPITAL = person("zhang", "12430104555000148K")


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def rules(clinic: Clinic, item, caller=ZHANG, **changes) -> set[str]:
    with pytest.raises(Invalid) as refused:
        clinic.apply(item, caller, **changes)
    return {error.rule for error in refused.value.errors}


@pytest.mark.parametrize("item", items.ITEMS, ids=lambda item: item.code)
def test_examples(clinic: Clinic, item):
    """Every item's example goes all the way to its result."""
    load(item.form(), dict(item.example))
    caller = LI if item.example.get("name") == "李娜" else ZHANG
    body = {}
    if item is items.INSTITUTION:
        caller, body = HOSPITAL, {"legal_person": "12430104555000148K"}
    assert clinic.result(item, caller, body=body)


def test_doctor(clinic: Clinic):
    """A registered doctor is on the register, without identity number or phone."""
    number = clinic.result(items.DOCTOR)["practitioner"]
    entry = clinic.store["practitioners"].require(number)
    shown = views.practitioner(entry, NOON)
    assert shown["name"] == "张伟" and shown["status"] == "valid"
    assert len(number) == 15 and number.startswith("11430104")
    for kept in (shown, entry, *clinic.store.sent):
        assert "430104199001010019" not in str(kept) and "13800000001" not in str(kept)
    assert rules(clinic, items.DOCTOR) == {"registered-already"}


def test_doctor_refused(clinic: Clinic):
    """Scope, level, institution, name and declaration must be right."""
    assert rules(clinic, items.DOCTOR, scope=["dentistry"]) == {"scope-of-category"}
    assert rules(clinic, items.DOCTOR, level="assistant") == {"qualification-level"}
    assert rules(clinic, items.DOCTOR, institution="0" * 22) == {"institution-unknown"}
    assert rules(clinic, items.DOCTOR, LI) == {"own-name"}
    assert rules(clinic, items.DOCTOR, no_impediment=False) == {"impediment"}
    elsewhere = {"body": {"division": "430111"}}
    assert rules(clinic, items.DOCTOR, **elsewhere) == {"institution-unknown"}


def test_revoked(clinic: Clinic):
    """Whoever was struck off is not registered within two years; after that they can be."""
    number = clinic.result(items.DOCTOR)["practitioner"]
    clinic.rule("revocation", number)
    assert rules(clinic, items.DOCTOR) == {"revoked-lately"}
    clinic.pass_time(days=731)
    assert clinic.apply(items.DOCTOR)["state"] == "submitted"


def test_nurse(clinic: Clinic):
    """A nurse is registered for five years; long after the examination, training is needed."""
    assert rules(clinic, items.NURSE, LI, exam_passed_on="2023-11-22") == {"clinical-training"}
    assert rules(clinic, items.NURSE, LI, exam_passed_on="2027-01-01") == {"not-yet"}
    result = clinic.result(items.NURSE, LI)
    assert result["valid_until"] == "2031-11-22"
    entry = clinic.store["practitioners"].require(result["practitioner"])
    assert practitioners.status_on(entry, "2031-11-22") == "valid"
    assert practitioners.status_on(entry, "2031-11-23") == "expired"


def test_institution(clinic: Clinic):
    """A legal person's institution gets a licence whose number carries code, place and kind."""
    own = {"legal_person": "12430104555000148K"}
    assert rules(clinic, items.INSTITUTION) == {"legal-person"}
    assert rules(clinic, items.INSTITUTION, HOSPITAL, body=own, beds=3) == {"too-few-beds"}
    result = clinic.result(items.INSTITUTION, HOSPITAL, body=own)
    assert result["licence"].startswith("555000148430104A10") and len(result["licence"]) == 22
    assert result["valid_until"] == "2041-11-22"
    assert views.institution(clinic.store["institutions"].require(result["licence"]), NOON)


def test_birth(clinic: Clinic):
    """One birth, one certificate, whichever parent applies; twins are two births."""
    first, second = clinic.apply(items.BIRTH), clinic.apply(items.BIRTH, LI)
    results = []
    for case in (first, second):
        for action, caller in (("accept", CLERK), ("start", CLERK), ("approve", CHIEF)):
            clinic.move(case, action, caller)
        results.append(clinic.complete(case)["result"]["certificate"])
    assert results[0] == results[1]
    assert rules(clinic, items.BIRTH) == {"issued-already"}
    child = {**items.BIRTH.example["child"], "order": 2}
    assert clinic.result(items.BIRTH, child=child)["certificate"] != results[0]
    shown = views.certificate(clinic.store["certificates"].require(results[0]), NOON)
    assert "李" not in str(shown) and shown["status"] == "valid"


def test_birth_refused(clinic: Clinic):
    """A stranger, a birth to come and one of long ago are refused."""
    child = items.BIRTH.example["child"]
    assert rules(clinic, items.BIRTH, person("wu", name="吴")) == {"parent"}
    assert rules(clinic, items.BIRTH, child={**child, "born_on": "2027-01-01"}) == {"not-yet"}
    assert rules(clinic, items.BIRTH, child={**child, "born_on": "2020-01-01"}) == {"too-late"}
    mother = items.BIRTH.example["mother"]
    assert rules(clinic, items.BIRTH, LI, father=mother) == {"same-person"}


def test_food_worker(clinic: Clinic):
    """A fresh, clean examination gives a certificate for a year from the examination."""
    assert rules(clinic, items.FOOD_WORKER, findings=["typhoid"]) == {"bars-food-work"}
    assert rules(clinic, items.FOOD_WORKER, examined_on="2026-10-01") == {"exam-too-old"}
    assert clinic.result(items.FOOD_WORKER)["valid_until"] == "2027-11-19"
    assert certificates.food_worker_until("2028-02-29") == "2029-02-28"


def test_twice(clinic: Clinic):
    """An approval that is heard twice gives one entry and one number."""
    case = clinic.apply(items.DOCTOR)
    for action, caller in (("accept", CLERK), ("start", CLERK), ("approve", CHIEF)):
        clinic.move(case, action, caller)
    approved = clinic.store["cases"].require(case["_id"])
    done = fulfilment_of(clinic.desk, items.DOCTOR, approved)
    results = [usecases.register_doctor(clinic.store, VAULT, done) for _ in range(2)]
    assert results[0] == results[1]


def test_numbers_taken():
    """A number that another case has is not given again."""
    store = FakeStore()
    tried = list(numbers.serials("cause", 7))
    assert tried == list(numbers.serials("cause", 7)) and len(set(tried)) > 30
    store["births"].add({"_id": tried[0], "case": "another"})
    for _ in range(2):
        kept = registering.numbered(store["births"], iter(tried), {"case": "cause"}, lambda d: ())
        assert kept["_id"] == tried[1]
    with pytest.raises(Conflict):
        registering.numbered(store["births"], iter(tried[:1]), {"case": "cause"}, lambda d: ())


def test_ruling(clinic: Clinic):
    """A ruling needs the version that was seen, the right status, and an official of the place."""
    assert clinic.rule("suspension")["status"] == "suspended"
    with pytest.raises(Conflict):
        clinic.rule("suspension")
    body = {"reasons": ["x"]}
    for caller, version, error in ((CHIEF, 9, Stale), (ELSEWHERE, 2, NotFound)):
        call = clinic.call(caller, body=body, if_match=version)
        with pytest.raises(error):
            usecases.rule(clinic.store, call, DOCTOR, "reinstatement")
    assert clinic.told("seed") == ["Your registration is suspended"]


def test_seed():
    """The seed can be repeated, on the same day and on later ones."""
    clinic = Clinic()
    slots = clinic.store["slots"].count({})
    seed.seed(clinic.store, clinic.now)
    assert clinic.store["slots"].count({}) == slots == 2 * 13 * seed.DAYS
    clinic.pass_time(days=9)
    seed.seed(clinic.store, clinic.now)
    assert clinic.store["slots"].count({}) > slots
    assert seed.HOSPITAL["_id"] == EXAMPLE_INSTITUTION
