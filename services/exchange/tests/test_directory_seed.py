"""The reference data of the local platform: made by the rules, made once."""

from services.exchange.domain.grants import refusal
from services.exchange.seed import ASKS, Surroundings, seed
from services.exchange.simulator import nodes as simulated
from shared.clock import local_day
from shared.testing import NOON, FakeStore

HERE = Surroundings("http://127.0.0.1:9000", lambda look: bool(look()))


def test_seed() -> None:
    """Every department's need is granted by its provider, and covers what it is for."""
    store = FakeStore()
    seed(store, HERE)
    for ask in ASKS:
        (grant,) = store["grants"].find({"consumer": ask.consumer, "resource": ask.resource})
        use = {
            "consumer": ask.consumer, "resource": ask.resource, "kind": ask.kinds[0],
            "purpose": ask.purpose, "item": ask.items[0], "fields": ask.fields,
        }  # fmt: skip
        assert refusal(grant, use, local_day(NOON)) is None
    for node in simulated.LOCAL:
        found = store["nodes"].require(node)
        assert (found["state"], found["url"]) == ("connected", f"http://127.0.0.1:9000/{node}")
    assert store["nodes"].count({"state": "planned"}) == 191 - len(simulated.LOCAL)


def test_repeated() -> None:
    """Repeated, it makes nothing new; a simulator that has moved is found at its new address."""
    store = FakeStore()
    first, sent = seed(store, HERE), len(store.sent)
    assert seed(store, HERE) == first and len(store.sent) == sent
    seed(store, Surroundings("http://127.0.0.1:9001", HERE.wait))
    assert store["nodes"].require(simulated.LOCAL[0])["url"].startswith("http://127.0.0.1:9001/")
    assert store["grants"].count({}) == len(ASKS)


def test_without() -> None:
    """Where nobody provides what is needed, it says so, and the rest is made."""
    store = FakeStore()
    lines = seed(store, Surroundings(None, lambda look: bool(look())))
    assert all("nobody has declared" in line for line in lines)
    assert store["nodes"].count({}) == 191
