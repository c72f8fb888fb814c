"""Registrations stand on qualifications: they are followed, and reviewed when one is gone."""

from __future__ import annotations

from typing import Any

import pytest

from services.health import items, views
from services.health.migrations import m0001_followed
from services.health.schemas import Reviewed
from services.health.tests.clinic import CHIEF, CLERK, ELSEWHERE, LI, VAULT, ZHANG, Clinic
from services.health.usecases import following, practitioners, reviewing
from services.health.usecases.following import Watch
from shared.errors import Conflict, NotFound, Unavailable
from shared.exchange.answers import Change
from shared.exchange.granted import not_granted
from shared.exchange.testing import FakeSharing
from shared.testing import NOON, FakeStore

NUMBER = "430104199001010019"
KEY = {"identity_number": NUMBER, "profession": "doctor"}
OPENED = "Your registration is under review"
CLOSED = "The review of your registration has ended"


class Bureau:
    """A clinic whose doctor Zhang is registered; human resources say what `status` says."""

    def __init__(self) -> None:
        self.clinic = Clinic(small=True)
        self.store = self.clinic.store
        self.status: str | None = "valid"
        self.sharing = FakeSharing({"professional-qualification": self._row})
        self.watch = Watch(self.store, VAULT, self.sharing)
        self.doctor = self.clinic.result(items.DOCTOR)["practitioner"]
        self.told = 0

    def _row(self, key: Any) -> dict[str, str] | None:
        return None if self.status is None else {**key, "status": self.status}

    def tick(self) -> None:
        following.follow(self.watch, self.clinic.now)

    def becomes(self, status: str | None) -> None:
        self.status, self.told = status, self.told + 1
        change = Change(self.told, KEY, ["status"], "2026-11-23T04:00:00.000Z")
        following.changed(self.watch, "s", change, self.clinic.now)

    def entry(self) -> Any:
        return self.store["practitioners"].require(self.doctor)

    def shown(self) -> Any:
        found = views.reviewed(self.entry(), self.clinic.now)
        assert Reviewed().validate(Reviewed().dump(found)) == {}
        return found

    def outcomes(self) -> list[str | None]:
        return [one["closed"] and one["closed"]["outcome"] for one in self.shown()["reviews"]]

    def call(self, caller: Any = CHIEF, **given: Any) -> Any:
        version = self.entry()["version"]
        return self.clinic.call(caller, body={"reasons": ["核查"]}, if_match=version, **given)

    def sheets(self) -> list[Any]:
        return self.store["sheets"].find({})


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


def test_followed(bureau: Bureau) -> None:
    """Who is registered is followed from the next tick on, once, and looked at once."""
    for _ in range(3):
        bureau.tick()
    assert list(bureau.sharing.followed.values()) == [[KEY]]
    assert [use["kind"] for use in bureau.sharing.uses] == ["subscribe", "query"]
    assert {use["purpose"] for use in bureau.sharing.uses} == {"practitioner-supervision"}
    assert {use["item"] for use in bureau.sharing.uses} == {None}
    assert "unfollowed" not in bureau.entry() and bureau.outcomes() == []
    assert NUMBER not in str(bureau.sheets())


def test_followed_before(bureau: Bureau) -> None:
    """Whom a former version registered is followed, too; whose number nobody knows cannot be."""
    for entry in bureau.store["practitioners"].each({}):
        bare = {name: value for name, value in entry.items() if name != "unfollowed"}
        bureau.store["practitioners"].save(entry, bare)
    m0001_followed.forwards(bureau.store)
    bureau.tick()
    assert list(bureau.sharing.followed.values()) == [[KEY]]


def test_missed(bureau: Bureau) -> None:
    """What was revoked between the check and the subscription is found when that is opened."""
    bureau.status = "revoked"
    bureau.tick()
    assert bureau.outcomes() == [None]


@pytest.mark.parametrize("refusal", [not_granted({"resource": "r", "purpose": "p"}), Unavailable()])
def test_later(bureau: Bureau, refusal: Any) -> None:
    """Without a grant, or without the exchange, who waits is followed when it is there."""
    bureau.sharing.failing = refusal
    try:
        bureau.tick()
    except Unavailable:
        assert isinstance(refusal, Unavailable)
    assert bureau.sharing.followed == {}
    bureau.sharing.failing = None
    bureau.tick()
    assert list(bureau.sharing.followed.values()) == [[KEY]]


def test_reviewed(bureau: Bureau) -> None:
    """A revoked qualification opens one review, with its evidence; the holder is told once, and
    the officials of the division have it on their list."""
    bureau.becomes("revoked")
    bureau.becomes("revoked")
    (review,) = bureau.shown()["reviews"]
    assert review["qualification"]["status"] == "revoked"
    assert review["qualification"]["record"]["request"]
    assert bureau.shown()["status"] == "valid"
    assert bureau.clinic.told("zhang").count(OPENED) == 1
    query = {"limit": 10}
    listed = reviewing.work_list(bureau.store, bureau.call(CLERK, query=query)).items
    assert [one["_id"] for one in listed] == [bureau.doctor]
    assert reviewing.work_list(bureau.store, bureau.call(ELSEWHERE, query=query)).items == []
    assert bureau.sharing.uses[0]["case"] == f"health/{bureau.entry()['case']}"


def test_who_sees(bureau: Bureau) -> None:
    """The holder and the officials of the division see the reviews; nobody else does."""
    for caller in (ZHANG, CLERK):
        assert reviewing.seen(bureau.store, caller, bureau.doctor)["_id"] == bureau.doctor
    for caller in (LI, ELSEWHERE):
        with pytest.raises(NotFound):
            reviewing.seen(bureau.store, caller, bureau.doctor)


@pytest.mark.parametrize("ruling", ["cancellation", "revocation"])
def test_ruled(bureau: Bureau, ruling: str) -> None:
    """An official who ends the registration ends the review; it is asked for no more."""
    bureau.becomes(None)
    practitioners.rule(bureau.store, bureau.call(), bureau.doctor, ruling)
    assert bureau.outcomes() == [ruling] and "reviewing" not in bureau.entry()
    uses = len(bureau.sharing.uses)
    bureau.becomes("revoked")
    assert len(bureau.sharing.uses) == uses and bureau.outcomes() == [ruling]


def test_cancelled(bureau: Bureau) -> None:
    """A cancelled registration bars nobody from another one."""
    practitioners.rule(bureau.store, bureau.call(), bureau.doctor, "cancellation")
    assert bureau.shown()["status"] == "cancelled"
    assert bureau.clinic.result(items.DOCTOR)["practitioner"] != bureau.doctor


def test_kept(bureau: Bureau) -> None:
    """An official finds that the registration stands; the same answer opens no review again, until
    the register has said something else in between."""
    with pytest.raises(Conflict) as refusal:
        reviewing.keep(bureau.store, bureau.call(), bureau.doctor)
    assert refusal.value.type == "not-under-review"
    bureau.becomes("revoked")
    with pytest.raises(NotFound):
        reviewing.keep(bureau.store, bureau.call(ELSEWHERE), bureau.doctor)
    reviewing.keep(bureau.store, bureau.call(), bureau.doctor)
    bureau.becomes("revoked")
    assert bureau.outcomes() == ["kept"]
    assert bureau.clinic.told("zhang")[-2:] == [OPENED, CLOSED]
    bureau.becomes("valid")
    bureau.becomes("revoked")
    assert bureau.outcomes() == ["kept", None]


def test_restored(bureau: Bureau) -> None:
    """A qualification that is in force again ends the review by itself."""
    bureau.becomes("revoked")
    bureau.becomes("valid")
    assert bureau.outcomes() == ["restored"] and "reviewing" not in bureau.entry()
    assert bureau.clinic.told("zhang")[-2:] == [OPENED, CLOSED]


def test_gap(bureau: Bureau) -> None:
    """Where changes were missed, all that the subscription follows is asked for."""
    bureau.tick()
    (subscription,) = bureau.sharing.followed
    bureau.status = "revoked"
    following.lost(bureau.watch, subscription, NOON)
    following.lost(bureau.watch, subscription, NOON)
    assert bureau.outcomes() == [None]


def test_ended(bureau: Bureau) -> None:
    """A subscription whose grant has gone is opened again under the next one, and what changed
    between them is found."""
    bureau.tick()
    (subscription,) = bureau.sharing.followed
    bureau.sharing.followed.clear()
    bureau.status = "revoked"
    for _ in range(2):
        following.ended(bureau.store, subscription)
    bureau.tick()
    (again,) = bureau.sharing.followed
    assert again != subscription and bureau.outcomes() == [None]


def registered(store: FakeStore, count: int) -> None:
    """So many more doctors, who are yet to be followed."""
    for n in range(count):
        form = VAULT.seal_json({"identity": f"person-{n}"}, f"case-{n}".encode())
        store["cases"].ensure({"_id": f"case-{n}", "form": form})
        told = {"case": f"case-{n}", "kind": "doctor", "person": f"p-{n}", "status": "valid"}
        more = {"division": "430104", "account": "a", "unfollowed": True}
        store["practitioners"].ensure({"_id": f"doctor-{n:04}", **told, **more})


def test_gathered(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small subscriptions become one, and nobody is lost on the way, whatever fails."""
    monkeypatch.setattr(following, "SMALL", 3)
    everybody = {KEY["identity_number"]}
    for n in range(7):
        registered(bureau.store, n)
        everybody |= {f"person-{one}" for one in range(n)}
        bureau.sharing.failing = Unavailable()
        with pytest.raises(Unavailable):
            bureau.tick()
        bureau.sharing.failing = None
        bureau.tick()
        kept = {key["identity_number"] for keys in bureau.sharing.followed.values() for key in keys}
        assert kept == everybody
        assert len(bureau.sharing.followed) <= 3
        assert {one["subscription"] for one in bureau.sheets()} == set(bureau.sharing.followed)


def test_full(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription has no more keys than it may, and a full one stays as it is."""
    monkeypatch.setattr(following, "SMALL", 2)
    monkeypatch.setattr(following, "KEYS_AT_ONCE", 8)
    monkeypatch.setattr(following, "FULL_ENOUGH", 4)
    registered(bureau.store, 30)
    for _ in range(8):
        bureau.tick()
    assert sorted(map(len, bureau.sharing.followed.values()))[-3:] == [8, 8, 8]
    assert sum(map(len, bureau.sharing.followed.values())) == 31
