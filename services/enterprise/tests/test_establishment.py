"""The rules of an establishment."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enterprise.domain import establishment, materials, ownership, representatives
from services.enterprise.domain.kinds import KINDS

TODAY = date(2026, 3, 2)
NAME = {"division": "430104", "industry": "酒业", "kind": "limited-company"}


def owner(identity="a", amount=1_000_000, share=10_000, **changes):
    given = {"identity": identity, "kind": "person", "role": None, "due": "2030-01-01"}
    return {**given, "amount": amount, "share": share, **changes}


def form(**changes):
    given = {
        "kind": "limited-company",
        "registered_capital": 1_000_000,
        "owners": [owner()],
        "representative": {"identity": "a"},
        "address": {"division": "430104"},
        "business_scope": ["酒制品生产"],
        "term_until": None,
        "materials": [{"code": c} for c in ("identity", "premises", "articles", "appointments")],
    }
    return {**given, **changes}


def rules(changes=(), name=NAME, authority="430104", bars=()):
    found = establishment.refusals(
        form(**dict(changes)), name=name, authority=authority, bars=bars, today=TODAY
    )
    return {error.rule for error in found}


def test_accepted():
    """A complete form is refused by no rule."""
    assert rules() == set()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"registered_capital": 0}, "capital-range"),
        ({"registered_capital": None}, "capital-range"),
        ({"registered_capital": 2_000_000}, "amounts-sum"),
        ({"business_scope": ["劳务派遣服务"]}, "capital-minimum"),
        ({"business_scope": []}, "scope-count"),
        ({"business_scope": ["茶", "茶"]}, "scope-twice"),
        ({"owners": []}, "owners-count"),
        ({"owners": [owner(str(i)) for i in range(51)]}, "owners-count"),
        ({"owners": [owner(amount=500_000, share=5000)] * 2}, "owner-twice"),
        ({"owners": [owner(share=9_999)]}, "shares-sum"),
        ({"owners": [owner(due="2031-03-03")]}, "paid-within-five-years"),
        (
            {"owners": [owner(amount=900_000, share=5000), owner("b", 100_000, 5000)]},
            "share-amount",
        ),
        ({"address": {"division": "430105"}}, "address-outside-authority"),
        ({"address": {"division": "430105"}}, "address-outside-name"),
        ({"materials": []}, "material-missing-articles"),
        ({"materials": [*form()["materials"], {"code": "x"}]}, "material-unknown"),
        ({"term_until": "2026-03-02"}, "term-past"),
        ({"kind": "general-partnership"}, "kind-of-name"),
    ],
)
def test_refused(changes, rule):
    """Each fault is refused by its rule."""
    assert rule in rules(changes)


def test_due_day():
    """Five years after establishment to the day is still in time (Art. 47)."""
    assert rules({"owners": [owner(due="2031-03-02")]}) == set()


def test_stock_company():
    """A joint stock company is paid in at once and registered by a city's authority or above."""
    name = {**NAME, "kind": "joint-stock-company"}
    found = rules({"kind": "joint-stock-company"}, name)
    assert {"paid-before-registration", "authority-level"} <= found
    assert "material-missing-capital-verification" in found


def test_partnerships():
    """A limited partnership has a general and a limited partner and no registered capital."""
    name = {**NAME, "kind": "limited-partnership"}
    two = [owner("a", 50, 5000, role="general"), owner("b", 50, 5000, role="limited")]
    papers = [{"code": c} for c in ("identity", "premises", "partnership-agreement")]
    changes = {"kind": "limited-partnership", "owners": two, "materials": papers}
    assert rules({**changes, "registered_capital": None}, name) == set()
    assert rules({**changes, "registered_capital": 100}, name) == {"no-capital"}
    alone = [{**o, "role": "general"} for o in two]
    assert "partner-roles-missing" in rules({**changes, "owners": alone}, name)


def test_sole():
    """A sole proprietorship has one natural person as its investor."""
    name = {**NAME, "kind": "sole-proprietorship"}
    changes = {"kind": "sole-proprietorship", "registered_capital": None}
    assert "natural-person" in rules({**changes, "owners": [owner(kind="organisation")]}, name)


@pytest.mark.parametrize("ground", representatives.GROUNDS)
def test_barred(ground):
    """A barred person cannot represent, from the first to the last day of the bar."""
    bar = {"ground": ground, "since": "2026-03-02", "until": "2026-03-02"}
    assert rules(bars=[bar]) == {f"representative-barred-{ground}"}
    assert rules(bars=[{**bar, "until": "2026-03-01", "since": "2020-01-01"}]) == set()
    assert rules(bars=[{**bar, "until": None}])
    assert rules(bars=[{**bar, "since": "2026-03-03", "until": None}]) == set()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_shares(amounts):
    """Shares by largest remainder always add up, and the rule accepts them."""
    capital = sum(amounts)
    shares = [a * ownership.WHOLE // capital for a in amounts]
    for i in range(ownership.WHOLE - sum(shares)):
        shares[i % len(shares)] += 1
    owners = [owner(str(i), a, s) for i, (a, s) in enumerate(zip(amounts, shares, strict=True))]
    kind = KINDS["limited-company"]
    assert list(ownership.owner_refusals(kind, owners, capital, TODAY)) == []
    owners[0] = {**owners[0], "share": owners[0]["share"] + 1}
    wrong = ownership.owner_refusals(kind, owners, capital, TODAY)
    assert "shares-sum" in {error.rule for error in wrong}


def test_leap_day():
    """Five years after 29 February end on 28 February."""
    assert ownership.years_later(date(2024, 2, 29), 5) == date(2029, 2, 28)


@given(st.binary(max_size=64))
def test_digests(content):
    """A digest stated as RFC 9530 has it is read back."""
    import base64
    import hashlib

    raw = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert materials.stated_digest(f"sha-256=:{raw}:") == materials.digest(content)
    assert materials.stated_digest(f"sha-512=:abc=:, sha-256=:{raw}:") == materials.digest(content)
    assert materials.stated_digest("md5=:abc=:") is None
