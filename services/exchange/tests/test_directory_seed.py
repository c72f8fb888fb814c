"""The reference data of the local platform: made by the rules, made once."""

from collections.abc import Sequence

from services.exchange.domain.grants import refusal
from services.exchange.seed import ASKS, Surroundings, seed
from services.exchange.simulator import nodes as simulated
from services.exchange.tests.directory import announcement, pulses, signer
from services.exchange.tests.test_directory_resources import PROVIDER, heard
from services.exchange.usecases import directory, resources
from shared.clock import local_day
from shared.testing import NOON, FakeStore

AT = "http://127.0.0.1:9000"
HERE = Surroundings(AT, lambda look: bool(look()))
SIMULATED = {simulated.resource(node).code for node in simulated.LOCAL}
ANNOUNCED = [ask for ask in ASKS if ask.resource not in SIMULATED]


def announced() -> FakeStore:
    """The directory once the register of households has announced itself."""
    store = FakeStore()
    directory.open_directory(store, NOON)
    told = announcement(signer(1), member=PROVIDER, service="household")
    directory.take_in(store, pulses(), told, NOON)
    for ask in ANNOUNCED:
        _announce(store, ask.resource, ask.fields)
    return store


def _announce(store: FakeStore, code: str, names: Sequence[str]) -> None:
    title = {"zh": "数据项", "en": "Field"}
    fields = [{"name": name, "type": "string", "title": title} for name in names]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    told = heard(code=code, fields=fields, key=list(names[:1]), subject=None, schema=schema)
    resources.take_in(store, told, NOON)


def test_seed() -> None:
    """Every department's need is granted by its provider, and covers what it is for."""
    store = announced()
    seed(store, HERE)
    for ask in ASKS:
        whose = {"consumer": ask.consumer, "resource": ask.resource, "purposes": ask.purpose}
        (grant,) = store["grants"].find(whose)
        use = {
            "consumer": ask.consumer, "resource": ask.resource, "kind": ask.kinds[0],
            "purpose": ask.purpose, "item": next(iter(ask.items), None), "fields": ask.fields,
        }  # fmt: skip
        assert refusal(grant, use, local_day(NOON)) is None
    for node in simulated.LOCAL:
        found = store["nodes"].require(node)
        assert (found["state"], found["url"]) == ("connected", f"{AT}/{node}")
    connected = store["nodes"].count({"state": "connected"})
    assert connected == len(simulated.LOCAL) + 1
    assert store["nodes"].count({"state": "planned"}) == 191 - connected


def test_repeated() -> None:
    """Repeated, it makes nothing new; a simulator that has moved is found at its new address."""
    store = announced()
    first, sent = seed(store, HERE), len(store.sent)
    assert seed(store, HERE) == first and len(store.sent) == sent
    seed(store, Surroundings("http://127.0.0.1:9001", HERE.wait))
    assert store["nodes"].require(simulated.LOCAL[0])["url"].startswith("http://127.0.0.1:9001/")
    assert store["grants"].count({}) == len(ASKS)


def test_without() -> None:
    """Where nobody provides what is needed, it says so, and the rest is made."""
    store = FakeStore()
    lines = seed(store, Surroundings(None, HERE.wait))
    assert all("nobody has declared" in line for line in lines)
    assert store["nodes"].count({}) == 191
