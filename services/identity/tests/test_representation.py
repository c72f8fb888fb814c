"""Legal persons: events of the register, agents, and what tokens say of them."""

from typing import Any

import pytest
from stdnum.cn import uscc

from services.identity import representation_schemas as schemas
from services.identity.events import PUBLISHES
from services.identity.tools import Tools
from services.identity.usecases import legal_persons, registration
from services.identity.usecases import sessions as signing_in
from shared.access import LegalPerson
from shared.entrypoints import Call
from shared.errors import Forbidden, IdempotencyMismatch, Invalid, NotFound
from shared.events import Event, derived_id, event, received
from shared.schema import load
from shared.testing import NOON, FakeStore, a_call, person
from shared.tokens import Verifier

STEM = "91430104MA4L0001X"
CODE = STEM + uscc.calc_check_digit(STEM)
ZHANG = {
    "name": "张伟",
    "phone": "13800000001",
    "identity_number": "430104199001010019",
    "password": "moon-river-77",
}
LI = {
    "name": "李娜",
    "phone": "13800000002",
    "identity_number": "430104199202020029",
    "password": "moon-river-77",
}
AGENT = {"name": "李娜", "identity_number": LI["identity_number"], "scopes": ["apply"]}


def heard(kind: str, sequence: int) -> Event:
    """An event of the register of enterprises."""
    data = {"code": CODE, "name": "长沙星火科技有限公司"}
    return received(event(f"enterprise.company.{kind}.v1", CODE, sequence, data, NOON), data)


def bind(store: FakeStore, tools: Tools, who: dict[str, str], sequence: int = 1) -> None:
    """The register says that `who` represents the company."""
    representative = {"name": who["name"], "number": who["identity_number"]}
    legal_persons.bind(store, tools, heard("registered", sequence), representative, NOON)


def registered(store: FakeStore, tools: Tools, form: dict[str, str]) -> str:
    """The account of a citizen who registers."""
    call = a_call(body=form, digest=form["phone"], id=derived_id(form["phone"]))
    return str(registration.register(store, tools, call)["_id"])


def acts_for(store: FakeStore, tools: Tools, form: dict[str, str]) -> tuple[LegalPerson, ...]:
    """What the citizen's token says."""
    from services.identity.usecases import keys

    body = {"login": form["phone"], "password": form["password"]}
    answer = signing_in.sign_in(store, tools, a_call(body=body))
    verifier = Verifier(tools.issuer, tools.audience)
    verifier.use(keys.jwks(store, tools, NOON)["keys"])
    return verifier.verify(answer["access_token"], NOON).legal_persons


def appoint(store: FakeStore, tools: Tools, by: str, **given: Any) -> dict[str, Any]:
    """`by` appoints 李娜."""
    call: Call = a_call(person(by), body=AGENT, digest="d1")
    for name, value in given.items():
        setattr(call, name, value)
    return legal_persons.appoint(store, tools, call, CODE)


@pytest.mark.parametrize("first", ["register", "event"])
def test_binding(store: FakeStore, tools: Tools, first: str) -> None:
    """Whether the person or the company is first: the representative acts for it."""
    if first == "event":
        bind(store, tools, ZHANG)
    registered(store, tools, ZHANG)
    if first == "register":
        bind(store, tools, ZHANG)
    everything = frozenset({"all", "apply", "view"})
    assert acts_for(store, tools, ZHANG) == (LegalPerson(CODE, everything),)


def test_once(store: FakeStore, tools: Tools) -> None:
    """The same event again, or an older one later, changes nothing and tells nothing."""
    bind(store, tools, ZHANG, 2)
    before = store["legal_persons"].get(CODE)
    bind(store, tools, ZHANG, 2)
    bind(store, tools, LI, 1)
    assert store["legal_persons"].get(CODE) == before
    assert not legal_persons.is_news(store, heard("changed", 1))
    assert [e["type"] for e in store.sent] == ["identity.representative.bound.v1"]


def test_ended(store: FakeStore, tools: Tools) -> None:
    """A deregistered company is acted for no more, even where its registration is heard later."""
    registered(store, tools, ZHANG)
    legal_persons.end(store, heard("deregistered", 3), NOON)
    bind(store, tools, ZHANG, 1)
    assert acts_for(store, tools, ZHANG) == ()


def test_agent(store: FakeStore, tools: Tools) -> None:
    """Appointed before she registers, the agent acts for the company once she has."""
    zhang = registered(store, tools, ZHANG)
    bind(store, tools, ZHANG)
    agent = appoint(store, tools, zhang)
    li = registered(store, tools, LI)
    assert acts_for(store, tools, LI) == (LegalPerson(CODE, frozenset({"apply", "view"})),)
    (mine,) = legal_persons.mine(store, a_call(person(li)))
    assert (mine["role"], mine["agent"]) == ("agent", agent["id"])
    legal_persons.revoke(store, a_call(person(zhang)), CODE, agent["id"])
    assert acts_for(store, tools, LI) == ()


def test_appoint_again(store: FakeStore, tools: Tools) -> None:
    """The same request makes one appointment; another one under its key is refused."""
    zhang = registered(store, tools, ZHANG)
    bind(store, tools, ZHANG)
    assert appoint(store, tools, zhang) == appoint(store, tools, zhang)
    assert len(legal_persons.agents(store, a_call(person(zhang)), CODE)) == 1
    with pytest.raises(IdempotencyMismatch):
        appoint(store, tools, zhang, digest="d2")


def test_strangers(store: FakeStore, tools: Tools) -> None:
    """Who has nothing to do with a company does not learn that it is known."""
    bind(store, tools, ZHANG)
    li = registered(store, tools, LI)
    with pytest.raises(NotFound):
        legal_persons.agents(store, a_call(person(li)), CODE)
    with pytest.raises(NotFound):
        appoint(store, tools, li)
    with pytest.raises(NotFound):
        legal_persons.revoke(store, a_call(person(li)), CODE, "a1")


def test_agents_private(store: FakeStore, tools: Tools) -> None:
    """An agent does not see the other agents."""
    zhang, li = registered(store, tools, ZHANG), registered(store, tools, LI)
    bind(store, tools, ZHANG)
    appoint(store, tools, zhang)
    with pytest.raises(Forbidden):
        legal_persons.agents(store, a_call(person(li)), CODE)


def test_bad_number(store: FakeStore, tools: Tools) -> None:
    """An agent needs a valid identity number."""
    zhang = registered(store, tools, ZHANG)
    bind(store, tools, ZHANG)
    with pytest.raises(Invalid):
        appoint(store, tools, zhang, body=AGENT | {"identity_number": "430104199202020020"})


def test_events_fit(store: FakeStore, tools: Tools) -> None:
    """What is published fits its declared schema, and holds no personal number."""
    zhang = registered(store, tools, ZHANG)
    bind(store, tools, ZHANG)
    agent = appoint(store, tools, zhang)
    legal_persons.revoke(store, a_call(person(zhang)), CODE, agent["id"])
    for told in store.sent:
        load(PUBLISHES[told["type"]].schema(), told["data"])
        assert ZHANG["identity_number"] not in repr(told)
        assert "430104199202020029" not in repr(told)
    assert (
        len({told["id"] for told in store.sent})
        == len(store.sent)
        == len(("registered", "bound", "appointed", "revoked"))
    )


def test_reads() -> None:
    """Of another service's event only the declared fields are needed."""
    assert load(schemas.CompanyDeregistered(), {"code": CODE}) == {"code": CODE}
